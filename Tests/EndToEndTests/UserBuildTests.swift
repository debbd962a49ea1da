import FactoryTestSupport
import Foundation
import Model
import SystemPackage
import Testing

extension EndToEnd {
  @Suite("A build as an ordinary user")
  struct UserBuild {
    let workshop: Workshop
    let build: FinishedBuild
    /// Stands where an image of today would be.
    private static let planted = "an image of somebody's"

    init() async throws {
      let workshop = try #require(Workshop.current)
      self.workshop = workshop
      build = try await workshop.userBuild.value {
        let config = try TestConfig("user", in: workshop, asUser: true)
        // Today's and tomorrow's: midnight may pass while the guest runs.
        for name in UserBuild.names {
          let file = try workshop.scratch.write(UserBuild.planted, to: "user/images/\(name).qcow2")
          chown(file.string, workshop.user.number, workshop.user.number)
        }
        let traces = Traces(workshop)
        let build = try await workshop.build(config)
        try await traces.check(config)
        return build
      }
    }

    private static var names: [String] {
      [0, 86400].map { seconds in
        let parts = Calendar(identifier: .gregorian).dateComponents(
          [.year, .month, .day], from: Date(timeIntervalSinceNow: seconds))
        return "\(TestConfig.image)-"
          + String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
      }
    }

    @Test("a user without root, groups or XDG_RUNTIME_DIR builds with qemu:///session, and nothing stays behind")
    func succeeds() {
      #expect(build.result.status == 0, "\(build.failure)")
      #expect(build.report?.leftovers == [])
      #expect(build.texts(.step).contains { $0.contains("qemu:///session") }, "no daemon was there, so one was started")
    }

    @Test("an existing image of the day is not touched: the new one is number 2")
    func numbered() throws {
      #expect(build.base.hasSuffix("-2"))
      for name in UserBuild.names {
        let text = try String(contentsOfFile: build.config.output.appending("\(name).qcow2").string, encoding: .utf8)
        #expect(text == UserBuild.planted)
      }
    }

    @Test("the user's image is complete and clean, and no raw disk is left beside it")
    func image() async throws {
      let artifact = try build.artifact("qcow2")
      #expect(build.report?.artifacts.map(\.format) == ["qcow2"])
      let check = try await Child.run("qemu-img", "check", artifact.path)
      #expect(check.status == 0, "\(check.output)\(check.errors)")
      let copy = workshop.scratch.path.appending("user-copy.raw")
      let image = try await ImageInspection(artifact.path, copiedTo: copy)
      #expect(try await image.check().status == 0)
      #expect(try await image.read("/etc/machine-id") == "")
      #expect(try await image.names(in: "/etc/ssh").filter { $0.hasPrefix("ssh_host_") } == [])
      #expect(try await image.freeBlocksInUse(scratch: workshop.scratch.path) == 0)
      unlink(copy.string)
    }

    @Test("everything belongs to the user, and the upload and its checksum arrived")
    func ownership() async throws {
      for name in try FileManager.default.contentsOfDirectory(atPath: build.config.output.string) {
        var information = stat()
        #expect(stat(build.config.output.appending(name).string, &information) == 0)
        #expect(information.st_uid == workshop.user.number, "\(name)")
      }
      let child = try Child(["sha256sum", "-c", "\(build.base).qcow2.sha256sum"], folder: build.config.uploads)
      #expect(await child.wait().status == 0)
    }

    @Test("the configuration is found below the install prefix", arguments: [["list"], ["check", "--all"]])
    func prefix(words: [String]) async throws {
      let program = try workshop.installBelowPrefix()
      let result = try await Child(
        workshop.user.command([program.string] + words), environment: workshop.user.environment,
        folder: workshop.user.home
      ).wait()
      #expect(result.status == 0, "\(result.errors)")
      #expect(words == ["list"] ? result.output.contains("debian-12") : result.output.contains("valid"))
    }

    @Test(
      "the self-test passes for an ordinary user with a runtime folder",
      .enabled(if: Workshop.cache != nil, "IMAGE_FACTORY_TEST_CACHE names no cache with the installer"))
    func selftest() async throws {
      let cache = workshop.scratch.path.appending("user-cache")
      try FileManager.default.copyItem(atPath: try #require(Workshop.cache).string, toPath: cache.string)
      try await Child.run("chown", "-R", "\(workshop.user.number):\(workshop.user.number)", cache.string)
      let runtime = try workshop.user.makeFolder("run", in: workshop.scratch, mode: 0o700)
      let program = try workshop.installBelowPrefix()
      let traces = Traces(workshop)
      let result = try await Child(
        workshop.user.command([program.string, "selftest", "--set", "cache-dir=\(cache)"]),
        environment: workshop.user.environment.merging(["XDG_RUNTIME_DIR": runtime.string]) { $1 },
        folder: workshop.user.home
      ).wait(limit: 240)
      #expect(result.status == 0, "\(result.output)\(result.errors)")
      #expect(result.output.contains("this machine can build images"))
      #expect(result.seconds < 120, "a newcomer waits for this")
      try await traces.check(build.config)
    }
  }
}
