import Glibc
import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("the host before a build")
struct PreflightTests {
  private func findings(_ test: TestHost, _ requirement: Requirement) async -> [Finding] {
    await RequirementCheck(host: test.host).findings(of: requirement)
  }

  @Test("a missing tool is named with its purpose and its package, a present one is not")
  func tools() async throws {
    try await TestHost.run(runner: RecordingRunner(tools: ["rsync"])) { test in
      let found = await findings(test, .tool("qemu-img", purpose: "create the disk of 'x'"))
      #expect(
        found == [
          .host("cannot find 'qemu-img', required to create the disk of 'x'", hint: "install the package 'qemu-utils'")
        ])
      #expect(await findings(test, .tool("rsync", purpose: "upload")) == [])
    }
  }

  @Test("all that is missing is said together, a tool once with all its purposes")
  func together() async throws {
    try await TestHost.run(runner: RecordingRunner(tools: [])) { test in
      let plan = test.plan { $0.disk.artifacts[0].format = "raw.xz" }
      let found = await Preflight(host: test.host).check(plan)
      for (tool, package) in [
        ("virt-install", "virtinst"), ("qemu-system-x86_64", "qemu-system-x86"), ("qemu-img", "qemu-utils"),
        ("e2fsck", "e2fsprogs"), ("xz", "xz-utils"),
      ] {
        let about = found.filter { $0.message.hasPrefix("cannot find '\(tool)'") }
        #expect(about.count == 1, "\(tool)")
        #expect(about.first?.hint == "install the package '\(package)'")
        #expect(about.first?.status == .hostNotReady)
      }
    }
  }

  @Test("one tool for two purposes is one finding that says both")
  func twoPurposes() async throws {
    try await TestHost.run(runner: RecordingRunner(tools: [])) { test in
      let plan = test.plan {
        $0.publishing.destinations = ["fra", "nyc"].map { UploadDestination(name: $0, type: "rsync", target: "/srv") }
      }
      let found = await Preflight(host: test.host).check(plan).filter { $0.message.hasPrefix("cannot find 'rsync'") }
      #expect(found.first?.message == "cannot find 'rsync', required to upload to 'fra' and upload to 'nyc'")
      #expect(found.count == 1)
    }
  }

  @Test("too little space is said with both numbers and what to set")
  func space() async throws {
    try await TestHost.run { test in
      let folder = test.folder.appending("not/yet/there")
      let found = await findings(test, .space(ByteSize(bytes: 1 << 60), in: folder, purpose: "build 'x'"))
      #expect(found.first?.message.hasPrefix("'\(folder)' has ") == true)
      #expect(found.first?.message.hasSuffix("1048576 TiB are needed to build 'x'") == true)
      #expect(found.first?.hint?.contains("'work-dir'") == true)
      #expect(await findings(test, .space(.mebibytes(1), in: folder, purpose: "build 'x'")) == [])
    }
  }

  @Test("what is written to one file system is added up, and each file system that is too small is said")
  func spaceTogether() async throws {
    try await TestHost.run { test in
      let free = try FreeSpace.at(test.folder).bytes
      func need(_ part: Int64, _ name: String, _ purpose: String) -> SpaceNeed {
        SpaceNeed(ByteSize(bytes: free / 100 * part), test.folder.appending(name), purpose)
      }
      let both = [need(60, "work", "build 'x'"), need(70, "cache", "fetch the image")]
      #expect(both.allSatisfy { SpaceCheck.findings(of: [$0]) == [] })
      let found = SpaceCheck.findings(of: both)
      #expect(found.count == 1)
      let message = found.first?.message ?? ""
      let folders = "'\(both[0].folder)' and '\(both[1].folder)' share a file system with "
      #expect(message.hasPrefix(folders), "\(message)")
      #expect(message.hasSuffix(" are needed: \(both[0].size) to build 'x', \(both[1].size) to fetch the image"))
      #expect(found.first?.status == .hostNotReady && found.first?.hint?.contains("'cache-dir'") == true)
      // /proc is a file system of its own wherever this runs, and has no room at all.
      let other = SpaceNeed(.mebibytes(1), "/proc/self", "keep the images")
      let two = SpaceCheck.findings(of: both + [other]).map(\.message)
      #expect(two.count == 2 && two[1] == "'/proc/self' has 0 B free, 1 MiB are needed to keep the images", "\(two)")
    }
  }

  @Test(
    "the installer counts where it is not in the cache yet, its image once more for the copy, a local one only for that"
  )
  func installerSpace() async throws {
    try await TestHost.run { test in
      try test.write("web/installer.iso", [UInt8](repeating: 7, count: 3 << 20))
      try await FolderServer.run(test.folder.appending("web")) { server in
        func needs(_ source: String, sha256: String? = nil) async -> [SpaceNeed] {
          let plan = test.plan {
            $0.installer.image = FetchPlan(
              sources: [source], sha256: sha256, trust: "a test", target: $0.workFolder.appending("installer.iso"),
              timeLimitSeconds: 10)
            $0.installer.kernel.sources = ["iso:/linux"]
            $0.installer.initrd.sources = ["iso:/initrd"]
          }
          return await SpaceDemand(host: test.host).needs(of: plan)
        }
        func size(_ needs: [SpaceNeed], _ purpose: String) -> ByteSize? {
          needs.first { $0.purpose.hasPrefix(purpose) }?.size
        }
        let fetched = await needs("\(server.url)/installer.iso")
        #expect(size(fetched, "fetch the installer image") == .mebibytes(3))
        #expect(size(fetched, "copy the installer image") == .mebibytes(3))
        #expect(size(fetched, "fetch the initrd") == .mebibytes(192))
        #expect(fetched.first { $0.purpose.hasPrefix("fetch") }?.folder == test.folder.appending("cache"))
        #expect(Set(fetched.map(\.folder)) == [test.output, test.folder.appending("cache")])
        // Nobody says how long it is: what the largest known one takes.
        let unknown = await needs("\(server.url)/none.iso")
        #expect(size(unknown, "fetch the installer image") == .gibibytes(3))
        let local = await needs(test.folder.appending("web/installer.iso").string)
        #expect(size(local, "fetch the installer image") == nil)
        #expect(size(local, "copy the installer image") == .mebibytes(3))
        let digest = SourceDigest.sha256([UInt8](repeating: 7, count: 3 << 20))
        try test.write("cache/content/\(digest)", [UInt8](repeating: 7, count: 3 << 20))
        let cached = await needs("\(server.url)/none.iso", sha256: digest)
        #expect(size(cached, "fetch the installer image") == nil)
        #expect(size(cached, "copy the installer image") == .mebibytes(3))
      }
    }
  }

  @Test("images on another file system than the work folder need room there as well")
  func outputSpace() async throws {
    try await TestHost.run { test in
      let elsewhere = test.plan { $0.outputFolder = "/proc/self/images" }
      let found = await SpaceDemand(host: test.host).needs(of: elsewhere)
      #expect(found.last == SpaceNeed(.mebibytes(256), "/proc/self/images", "keep the images of 'golden'"))
      let beside = await SpaceDemand(host: test.host).needs(of: test.plan())
      #expect(!beside.contains { $0.purpose.hasPrefix("keep") })
      let message = await Preflight(host: test.host).check(elsewhere).map(\.message)
        .first { $0.contains("keep the images") }
      #expect(message?.hasPrefix("'/proc/self/images' has 0 B free, ") == true)
    }
  }

  @Test("a folder that can be made is fine, one with a file in its way is not")
  func fileInTheWay() async throws {
    try await TestHost.run { test in
      #expect(await findings(test, .writableFolder(test.folder.appending("a/b/c"))) == [])
      // An executable one, so that only its kind tells it from a folder.
      let file = try test.write("file", "x", mode: 0o755)
      let found = await findings(test, .writableFolder(file.appending("images")))
      #expect(found.map(\.message) == ["cannot write to the folder '\(file)': not a directory"])
    }
  }

  @Test("a folder of somebody else is not", .enabled(if: geteuid() != 0, "root may write everywhere"))
  func unwritable() async throws {
    try await TestHost.run { test in
      let found = await findings(test, .writableFolder("/usr/lib/images"))
      #expect(found.first?.message == "cannot write to the folder '/usr/lib': permission denied")
      #expect(found.first?.hint?.contains("'output-dir'") == true)
    }
  }

  @Test("a file that cannot be read is named with what it is for")
  func readable() async throws {
    try await TestHost.run { test in
      let found = await findings(test, .readableFile("/no/preseed.cfg", purpose: "answer the installer"))
      #expect(found.map(\.message) == ["cannot read '/no/preseed.cfg', required to answer the installer"])
      #expect(await findings(test, .readableFile(test.folder, purpose: "x")).count == 1)
      let file = try test.write("file", "x")
      #expect(await findings(test, .readableFile(file, purpose: "x")) == [])
    }
  }

  @Test("UEFI firmware that is not there is named with its package, before anything starts")
  func firmware() async throws {
    try await TestHost.run { test in
      let absent = test.folder.appending("no").appending("OVMF_CODE_4M.fd")
      let there = try test.write("vars.fd", "x")
      let plan = test.plan {
        $0.machine.firmware = MachineFirmware(
          code: absent, variablesTemplate: there, variables: test.folder.appending("own.fd"))
      }
      let found = await Preflight(host: test.host).check(plan).filter { $0.message.contains("UEFI") }
      #expect(found.map(\.message) == ["cannot read '\(absent)', required to start a machine with UEFI"])
      #expect(found.first?.hint == "install the package 'ovmf'")
      #expect(found.first?.severity == .error && found.first?.status == .hostNotReady)
      #expect(!InstallStage().requirements(of: test.plan()).contains { "\($0)".contains("ovmf") })
    }
  }

  @Test("in system mode a folder that QEMU's user cannot pass is named, with the command that opens it")
  func reachable() async throws {
    try await TestHost.run { test in
      let closed = test.folder.appending("it's closed")
      try Folder.create(closed, mode: 0o700)
      let inside = closed.appending("images")
      let found = await findings(test, .reachableByQEMU(inside, uri: "qemu:///system"))
      #expect(found.first?.message == "libvirt's QEMU runs as another user and cannot pass through '\(closed)'")
      #expect(found.first?.hint?.contains("chmod o+x '") == true)
      #expect(await findings(test, .reachableByQEMU(inside, uri: "qemu:///session")) == [])
      chmod(closed.string, 0o711)
      #expect(await findings(test, .reachableByQEMU(inside, uri: "qemu:///system")) == [])
    }
  }

  @Test("a hook's program that is not there is a config error at its line")
  func hook() async throws {
    try await TestHost.run { test in
      let place = SourceLocation(file: "my.conf", line: 12)
      let found = await findings(
        test, .hook(["no-such-program", "-x"], purpose: "run 'post-upload-command' of 'fra'", location: place))
      #expect(found.map(\.message) == ["cannot find 'no-such-program', required to run 'post-upload-command' of 'fra'"])
      #expect(found.first?.location == place)
      #expect(found.first?.status == .configInvalid)
      #expect(found.first?.hint?.contains("a shell is not used") == true)
      #expect(await findings(test, .hook(["true"], purpose: "x", location: place)) == [])
    }
  }

  @Test("the stages' requirements reach the check with the destination's line")
  func destinations() async throws {
    try await TestHost.run { test in
      let plan = test.plan {
        var destination = UploadDestination(name: "fra", type: "rsync", target: test.folder.string + "/no/such/folder/")
        destination.postUploadCommands = [["no-such-program", "${image}"]]
        destination.location = SourceLocation(file: "my.conf", line: 30)
        $0.publishing.destinations = [destination]
      }
      let found = await Preflight(host: test.host).check(plan)
      #expect(found.contains { $0.message.hasPrefix("cannot find 'no-such-program'") && $0.location?.line == 30 })
      #expect(
        found.contains { $0.message.hasPrefix("cannot reach the upload destination 'fra'") && $0.location?.line == 30 })
    }
  }
}
