import FactoryTestSupport
import Foundation
import MiniatureGuest
import Model
import SystemPackage
import Testing

/// A build with the sudo helper that has ended, and what sudo wrote down meanwhile.
struct SudoBuilt: Sendable {
  let build: FinishedBuild
  let calls: [String]
  let hostIsAsBefore: Bool
}

extension EndToEnd {
  /// The miniature leaves its logs, keys and free blocks as they are, and no program but the kernel writes these file systems.
  @Suite(
    "A build as an ordinary user, through real sudo",
    .needs(
      "grub-fstest", "sudo", "visudo", "usermod", "gpasswd", "groupadd", "groupdel", "getent", "mkfs.btrfs", "mkfs.xfs",
      "btrfs",
      "xfs_repair", "losetup", "fstrim"),
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/loop-control"), "this kernel has no loop devices"))
  struct SudoBuild {
    let workshop: Workshop

    init() throws { workshop = try #require(Workshop.current) }

    /// All tests of a kind look at the same build.
    private func built(_ kind: MiniatureFileSystem) async throws -> SudoBuilt {
      let once = try #require(workshop.sudoBuilds[kind])
      return try await once.value { [workshop] in
        try #require(Built.has(Built.sudoHelper), "\(Built.sudoHelper) is not built")
        let config = try TestConfig("sudo-\(kind)", in: workshop, asUser: true, fileSystem: kind, hasHelper: true)
        let helper = try workshop.installBelowPrefix(withHelper: true).removingLastComponent()
          .appending("image-factory-sudo-helper")
        let (traces, state) = (Traces(workshop), HostState(workshop.scratch))
        let rule = try await SudoRule(for: helper, members: [workshop.user], isLogged: true, in: workshop.scratch)
        let build = try await rule.use { try await workshop.build(config, ["--keep-raw"]) }
        try await traces.check(config)
        return SudoBuilt(
          build: build, calls: rule.calls(), hostIsAsBefore: HostState(workshop.scratch) == state)
      }
    }

    /// The raw disk of a build, which has one partition from the first MiB to its end.
    private func image(_ kind: MiniatureFileSystem, _ build: FinishedBuild) throws -> GuestImage {
      let raw = try build.artifact("raw").path
      var status = stat()
      try #require(stat(raw, &status) == 0)
      return GuestImage(path: raw, kind: kind.rawValue, offset: 1 << 20, size: Int64(status.st_size) - (1 << 20))
    }

    @Test(
      "the build is done, and no mount, loop device, process or work folder stays behind",
      arguments: MiniatureFileSystem.allCases)
    func succeeds(kind: MiniatureFileSystem) async throws {
      let (build, isAsBefore) = (try await built(kind).build, try await built(kind).hostIsAsBefore)
      #expect(build.result.status == 0, "\(build.failure)")
      #expect(build.report?.leftovers == [])
      #expect(build.report?.stages.contains { $0.state == .failed } == false)
      #expect(isAsBefore)
      for name in try FileManager.default.contentsOfDirectory(atPath: build.config.output.string) {
        var status = stat()
        #expect(stat(build.config.output.appending(name).string, &status) == 0)
        #expect(status.st_uid == workshop.user.number, "\(name)")
      }
    }

    @Test("sudo has run the helper for this user, on the build's own disk", arguments: MiniatureFileSystem.allCases)
    func calls(kind: MiniatureFileSystem) async throws {
      let (build, calls) = (try await built(kind).build, try await built(kind).calls)
      let cleaning = calls.filter { $0.contains("/image-factory-sudo-helper clean ") && $0.contains(" \(kind) ") }
      #expect(cleaning.count == 1, "\(calls)")
      #expect(cleaning.allSatisfy { $0.contains(build.config.folder.string) }, "\(cleaning)")
      let helper = workshop.scratch.path.appending("prefix-sudo/bin/image-factory-sudo-helper")
      #expect(calls.allSatisfy { $0.hasPrefix(helper.string) }, "nothing else was run as root: \(calls)")
    }

    @Test(
      "the file system is sound, and what belongs to one machine is gone from it",
      arguments: MiniatureFileSystem.allCases)
    func isClean(kind: MiniatureFileSystem) async throws {
      let build = try await built(kind).build
      let image = try image(kind, build)
      let check = try await image.check()
      #expect(check.status == 0, "\(check.output)\(check.errors)")
      let look = try await image.look(
        """
        wc -c < etc/machine-id
        ls etc/ssh
        stat -c '%a %u:%g' etc/shadow usr/bin/passwd var/mail/mail
        cut -d' ' -f2,3 etc/fstab
        cat etc/hostname
        for path in var/log/installer var/log/dpkg.log var/log/bootstrap.log etc/apt/apt.conf root/.bash_history \
          var/lib/systemd/random-seed var/lib/dbus/machine-id; do
          if [ -e "$path" ] || [ -L "$path" ]; then echo "left: $path"; fi
        done
        find var/lib/dhcp var/log/journal -type f 2>/dev/null || true
        """)
      #expect(
        look == """
          0
          sshd_config
          640 0:42
          4755 0:0
          660 8:8
          / \(kind)
          golden

          """)
    }

    @Test("the installer's logs are beside the image", arguments: MiniatureFileSystem.allCases)
    func logs(kind: MiniatureFileSystem) async throws {
      let build = try await built(kind).build
      let folder = build.config.output.appending("\(build.base).installer-logs")
      let saved = try FileManager.default.subpathsOfDirectory(atPath: folder.string)
      let log = try #require(saved.first { $0.contains("var_log_installer") && $0.hasSuffix("syslog") }, "\(saved)")
      let text = try String(contentsOfFile: folder.appending(log).string, encoding: .utf8)
      #expect(text.contains("partman: mkfs.\(kind) for /dev/vda1"))
    }

    @Test(
      "the free space is given back: the kernel finds no more, and nothing that was deleted can be read",
      arguments: MiniatureFileSystem.allCases)
    func isTrimmed(kind: MiniatureFileSystem) async throws {
      let build = try await built(kind).build
      let image = try image(kind, build)
      // BusyBox was on the disk before the file system was made, and is in no file of it.
      let old = try await Child.run("grep", "-c", "-a", "multi-call binary", image.path)
      #expect(old.output == "0\n")
      let copy = workshop.scratch.path.appending("trimmed-\(kind).raw").string
      defer { unlink(copy) }
      try await Child.run("cp", "--sparse=auto", image.path, copy)
      let again = GuestImage(path: copy, kind: image.kind, offset: image.offset, size: image.size)
      let trimmed = try await again.trimmed()
      #expect(trimmed.before - trimmed.after < 2048, "\(trimmed) KiB")
      // The log of an xfs has 64 MiB.
      #expect(image.allocated < (kind == .xfs ? 80_000 : 16_000), "\(image.allocated) KiB")
      let compared = try await Child.run("qemu-img", "compare", image.path, try build.artifact("qcow2").path)
      #expect(compared.status == 0, "\(compared.output)")
    }

    /// What a user is told whose program has no helper beside it: one on the `PATH` may be meant, but not the Python tool's script.
    private var advice: String {
      guard let other = Tools.path("image-factory-sudo-helper"),
        FileManager.default.contents(atPath: other)?.starts(with: Data("#!".utf8)) != true
      else { return "make install" }
      return "\(workshop.user.name) ALL = NOPASSWD: \(other)"
    }

    @Test("without the helper the build fails as it cleans, with what the guest left and how to get the helper")
    func failsWithoutHelper() async throws {
      let config = try TestConfig("sudo-none", in: workshop, asUser: true, fileSystem: .btrfs)
      let traces = Traces(workshop)
      let build = try await workshop.build(config)
      #expect(build.result.status == 7, "\(build.failure)")
      let error = try #require(build.report?.error)
      #expect(error.message.contains("the guest left"), "\(build.failure)")
      #expect(error.hint?.contains(advice) == true, "\(build.failure)")
      #expect(error.details.contains("'/etc/machine-id' is not empty"), "\(build.failure)")
      #expect(error.details.last?.contains("'image-factory-sudo-helper'") == true, "\(build.failure)")
      #expect(build.report?.artifacts.isEmpty == true)
      #expect(build.report?.leftovers == [])
      try await traces.check(config)
    }

    @Test(
      "a disk from elsewhere, which no guest of ours cleaned, is refused before anything is done with it",
      arguments: [false, true])
    func isRefused(hasHelper: Bool) async throws {
      let disk = try image(.xfs, try await built(.xfs).build).path
      let config = try TestConfig(
        "sudo-refused-\(hasHelper)", in: workshop, asUser: true, fileSystem: .xfs, hasHelper: hasHelper)
      let program = try workshop.installBelowPrefix(withHelper: hasHelper)
      let words = [
        program.string, "finish", TestConfig.image, "--disk", disk, "--config", config.file.string, "--json",
      ]
      let result = try await Child(
        workshop.user.command(words), environment: workshop.user.environment, folder: workshop.user.home
      ).wait()
      #expect(result.status == 4, "\(result.output)\(result.errors)")
      let said = result.output + result.errors
      #expect(said.contains("image-factory-sudo-helper"), "\(said)")
      #expect(said.contains(hasHelper ? "\(workshop.user.name) ALL = NOPASSWD: " : advice), "\(said)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: config.output.string) == [])
    }
  }
}
