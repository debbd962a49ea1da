import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("an installer out of its bootable image", needs("xorriso"))
struct InstallerImageTests {
  /// A plan whose kernel and initrd are in an image that a server has.
  private func run(
    _ change: @escaping @Sendable (inout BuildPlan) -> Void = { _ in },
    _ body: @escaping @Sendable (TestHost, BuildPlan, FolderServer) async throws -> Void
  ) async throws {
    try await TestHost.run { test in
      try test.write("tree/casper/vmlinuz", "a kernel")
      try test.write("tree/casper/initrd", "an initrd")
      let image = test.folder.appending("served").appending("live.iso")
      try Folder.create(image.removingLastComponent())
      try await test.tool(
        "xorriso", "-as", "mkisofs", "-quiet", "-R", "-o", image.string, test.folder.appending("tree").string)
      try await FolderServer.run(image.removingLastComponent()) { server in
        let digest = SourceDigest.sha256(try AtomicFile.read(image))
        let plan = test.plan {
          $0.installer.kernel.sources = ["iso:/casper/vmlinuz"]
          $0.installer.initrd.sources = ["iso:/casper/initrd"]
          $0.installer.image = FetchPlan(
            sources: ["\(server.url)/live.iso"], sha256: digest, trust: "a test",
            target: $0.workFolder.appending("installer.iso"), timeLimitSeconds: 30)
          change(&$0)
        }
        try await body(test, plan, server)
      }
    }
  }

  @Test("image, kernel and initrd are put where the plan wants them; a second build fetches nothing")
  func fetched() async throws {
    try await run { test, plan, server in
      let report = try await test.build(plan, [FetchStage()])
      #expect(report.status == .done, "\(report.error?.message ?? "") \(report.error?.details ?? [])")
      #expect(try test.text(plan.installer.kernel.target) == "a kernel")
      #expect(try test.text(plan.installer.initrd.target) == "an initrd")
      #expect(plan.installer.initrd.target.mode == 0o600)
      let image = plan.workFolder.appending("installer.iso")
      let digest = SourceDigest.sha256(try AtomicFile.read(image))
      #expect(digest == plan.installer.image?.sha256)
      #expect(report.fetched.count == 3)
      let asked = server.requests.count
      let again = try await test.build(plan, [FetchStage()])
      #expect(again.stages.first?.facts == ["all in the cache"])
      #expect(server.requests.count == asked)
    }
  }

  @Test("a wrong image and a missing member end the build with exit status 5")
  func refused() async throws {
    try await run({ $0.installer.image?.sha256 = String(repeating: "0", count: 64) }) { test, plan, _ in
      let report = try await test.build(plan, [FetchStage()])
      #expect(report.status == .fetchFailed)
      #expect(report.error?.message.contains("the installer image of 'golden'") == true)
      #expect(!plan.installer.kernel.target.exists)
    }
    try await run({ $0.installer.kernel.sources = ["iso:/boot/linux"] }) { test, plan, _ in
      let report = try await test.build(plan, [FetchStage()])
      #expect(report.status == .fetchFailed)
      #expect(report.error?.message.contains("there is no 'boot/linux' in") == true, "\(report.error?.message ?? "")")
    }
  }

  @Test("preflight asks for xorriso when something is in an image")
  func requirement() async throws {
    try await run { test, plan, _ in
      #expect(
        FetchStage().requirements(of: plan).contains(.tool("xorriso", purpose: "unpack the installer of 'golden'")))
      #expect(FetchStage().requirements(of: test.plan()).count == 1)
    }
  }
}
