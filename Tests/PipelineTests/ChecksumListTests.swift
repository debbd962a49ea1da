import DiskImages
import Glibc
import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("checksums, sizes and signatures of finished files")
struct FinishedFileTests {
  private func plan(_ test: TestHost, _ change: (inout BuildPlan) -> Void = { _ in }) throws -> BuildPlan {
    let plan = test.plan(change)
    try Folder.create(plan.workFolder)
    try AtomicFile.write("an image", to: plan.disk.artifacts[0].working)
    try AtomicFile.write([UInt8](repeating: 0, count: 4096), to: plan.disk.raw)
    return plan
  }

  @Test("SHA-512 is made in the same pass when it is asked for, and both lists are for the whole folder")
  func both() async throws {
    try await TestHost.run { test in
      let plan = try plan(test) { $0.disk.checksums = ["sha256", "sha512"] }
      try AtomicFile.write("other", to: plan.outputFolder.appending("other.raw"))
      let other = try await test.tool("sha256sum", "other.raw", in: plan.outputFolder).standardOutput
      try AtomicFile.write(other, to: plan.outputFolder.appending("SHA256SUMS"))
      let report = try await test.build(plan, [ChecksumStage()])
      #expect(report.status == .done && report.warnings == [])
      #expect(report.artifacts.first?.sha512?.count == 128)
      #expect(report.artifacts.first?.uncompressed == ByteSize(bytes: 4096))
      #expect(try test.text(FilePath(plan.disk.artifacts[0].final.string + ".size")) == "4096\n")
      for (tool, list) in [
        ("sha256sum", "SHA256SUMS"), ("sha512sum", "SHA512SUMS"), ("sha512sum", "golden-2026-02-03.qcow2.sha512sum"),
      ] {
        try await test.tool(tool, "-c", "--strict", list, in: test.output)
      }
      #expect(try test.text(test.output.appending("SHA256SUMS")).split(separator: "\n").count == 2)
    }
  }

  @Test("twenty builds that end at once lose no line of SHA256SUMS, and leave no lock")
  func parallel() async throws {
    try await TestHost.run { test in
      try Folder.create(test.output)
      let list = test.output.appending("SHA256SUMS")
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<20 {
          group.addTask {
            let warning = try await ChecksumList(file: list, scratch: test.folder).add(
              [.init(digest: String(repeating: "0", count: 64), name: "image-\(number)")])
            #expect(warning == nil)
          }
        }
        try await group.waitForAll()
      }
      #expect(Set(try ChecksumFile(parsing: test.text(list)).entries.map(\.name)).count == 20)
      #expect(test.names(test.output) == ["SHA256SUMS"])
    }
  }

  @Test("a SHA256SUMS that is none is left alone with a warning; the image is there")
  func foreign() async throws {
    try await TestHost.run { test in
      let plan = try plan(test)
      try AtomicFile.write("my notes\n", to: plan.outputFolder.appending("SHA256SUMS"))
      let report = try await test.build(plan, [ChecksumStage()])
      #expect(report.status == .done && report.warnings.count == 1 && plan.disk.artifacts[0].final.exists)
      #expect(try test.text(plan.outputFolder.appending("SHA256SUMS")) == "my notes\n")
    }
  }

  @Test("a file longer than 'max-size' fails the build, says by how much, and nothing is published")
  func tooLong() async throws {
    try await TestHost.run { test in
      let plan = try plan(test) { $0.disk.maxSize = ByteSize(bytes: 5) }
      let report = try await test.build(plan, [ChecksumStage()])
      #expect(report.status == .processingFailed)
      #expect(
        report.error?.message == "'golden-2026-02-03.qcow2' has 8 B, 3 B more than 'max-size' allows (5 B)")
      #expect(test.names(test.output).filter { $0.contains("qcow2") || $0.contains("SUMS") } == [])
    }
  }

  @Test("the checksum is signed by the key that is named, and gpg verifies it", needs("gpg", "gpgconf"))
  func signed() async throws {
    try await TestHost.run { made in
      // A socket's path has 107 bytes.
      let home = try ScratchFolder(under: "/tmp", prefix: "gpg")
      chmod(home.path.string, 0o700)
      let environment = ["GNUPGHOME": home.path.string]
      var test = made
      test.host.facts.environment = environment
      let make = Command(
        "gpg",
        [
          "--batch", "--quiet", "--passphrase", "", "--pinentry-mode", "loopback", "--quick-generate-key",
          "build@example.org", "ed25519", "sign",
        ],
        environment: environment, timeLimit: .seconds(60), purpose: "make a key")
      _ = try await SubprocessRunner().succeed(make, failing: .unexpected)
      let plan = try plan(test) { $0.disk.signKey = "build@example.org" }
      #expect(await Signing(key: "build@example.org", host: test.host).findings() == [])
      let missing = await Signing(key: "nobody@example.org", host: test.host).findings()
      #expect(missing.first?.message == "gpg has no secret key 'nobody@example.org', required to sign the checksums")
      let report = try await test.build(plan, [ChecksumStage()])
      #expect(report.status == .done, "\(report.error?.message ?? "") \(report.error?.details ?? [])")
      let sum = plan.disk.artifacts[0].final.string + ".sha256sum"
      #expect(report.artifacts.first?.signature == sum + ".asc")
      let verify = Command(
        "gpg", ["--batch", "--verify", sum + ".asc", sum], environment: environment, purpose: "verify")
      _ = try await SubprocessRunner().succeed(verify, failing: .unexpected)
      _ = try? await SubprocessRunner().run(
        Command("gpgconf", ["--kill", "all"], environment: environment, purpose: "end gpg's agent"))
      try home.close()
    }
  }

  @Test("a key that cannot sign fails the build and leaves nothing", needs("gpg"))
  func unsigned() async throws {
    try await TestHost.run { made in
      var test = made
      test.host.facts.environment = ["GNUPGHOME": test.folder.string]
      let plan = try plan(test) { $0.disk.signKey = "nobody@example.org" }
      #expect(
        StageOrder.stages(of: plan).flatMap { $0.requirements(of: plan) }.contains(.signingKey("nobody@example.org")))
      let report = try await test.build(plan, [ChecksumStage()])
      #expect(report.status == .processingFailed)
      #expect(test.names(test.output).filter { $0.contains("qcow2") } == [])
    }
  }
}
