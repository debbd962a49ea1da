import HostSystem
import Model
import SystemPackage
import Testing

@testable import Hypervisor
@testable import Pipeline

@Suite("a mirror while an installation goes on")
struct MirrorWatchTests {
  /// A mirror's list and a plan whose kernel and initrd were looked up in it.
  private func run(_ body: (TestHost, FolderServer, MirrorWatch) async throws -> Void) async throws {
    try await TestHost.run { test in
      try test.write("served/CHECKSUMS", "the list of today\n")
      try await FolderServer.run(test.folder.appending("served")) { server in
        let plan = test.plan {
          $0.installer.listing = ListingPlan(
            url: "\(server.url)/CHECKSUMS", sha256: SourceDigest.sha256(Array("the list of today\n".utf8)))
        }
        let context = test.context()
        let watch = try #require(MirrorWatch(plan, host: test.host, events: context.events))
        try await body(test, server, watch)
      }
    }
  }

  private static let success = InstallOutcome.succeeded(took: .seconds(1))

  @Test("that stays as it is is asked once, and the installation's outcome is what counts")
  func same() async throws {
    try await run { test, server, watch in
      let outcome = try await watch.guarding {
        for phase in ["reading the profile", "choosing software"] { watch.take(.phase(phase)) }
        while server.requests.isEmpty, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
        return Self.success
      }
      #expect(outcome == Self.success)
      #expect(server.requests == ["GET /CHECKSUMS"])
      #expect(!test.events.all.contains { "\($0)".contains("nobody could be asked") })
    }
  }

  @Test("that has another list when the installer has loaded its second stage ends the installation at once")
  func moved() async throws {
    try await run { test, _, watch in
      let ended = Collected<Bool>()
      let error = await factoryError {
        _ = try await watch.guarding {
          _ = try? test.write("served/CHECKSUMS", "the list of tomorrow\n")
          watch.take(.phase("reading the profile"))
          try? await Task.sleep(for: .seconds(30))
          ended.add(Task.isCancelled)
          return .failed(InstallFailure(cause: .cancelled, message: "the installation was cancelled"))
        }
      }
      #expect(error?.status == .installationFailed)
      #expect(error?.message == "the mirror moved during the installation of 'golden'")
      #expect(error?.hint?.contains("build again") == true)
      #expect(ended.all == [true])
    }
  }

  @Test("is asked at the end when the installer never said a step, and when it failed")
  func late() async throws {
    let failed = InstallOutcome.failed(InstallFailure(cause: .installer, message: "a file was not found"))
    for outcome in [Self.success, failed] {
      try await run { test, _, watch in
        try test.write("served/CHECKSUMS", "the list of tomorrow\n")
        let error = await factoryError { _ = try await watch.guarding { outcome } }
        #expect(error?.message.contains("the mirror moved") == true)
        #expect(error?.details.contains("a file was not found") == (outcome == failed))
      }
      try await run { _, _, watch in
        let found = try await watch.guarding { outcome }
        #expect(found == outcome)
      }
    }
  }

  @Test("that cannot be asked is a warning and no failure")
  func unknown() async throws {
    try await run { test, _, watch in
      try Folder.remove(test.folder.appending("served/CHECKSUMS"))
      let found = try await watch.guarding { Self.success }
      #expect(found == Self.success)
      #expect(test.events.all.contains { "\($0)".contains("nobody could be asked whether") })
    }
  }

  @Test("is of no interest when the guest has everything here, or there is no list")
  func nothingToWatch() async throws {
    try await TestHost.run { test in
      let events = test.context().events
      #expect(MirrorWatch(test.plan(), host: test.host, events: events) == nil)
      let plan = test.plan {
        $0.installer.listing = ListingPlan(url: "http://127.0.0.1:1/.treeinfo", sha256: "")
        $0.installer.stage2Disc = InstallerDisc(path: "/stage2.iso", label: "STAGE2", member: "images/install.img")
      }
      #expect(MirrorWatch(plan, host: test.host, events: events) == nil)
    }
  }
}
