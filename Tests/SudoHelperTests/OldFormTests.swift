import FactoryTestSupport
import Foundation
import Testing

extension RealSudo {
  @Suite("The Python tool's commands", .serialized)
  struct OldForms {
    @Test(
      "a wrapper's mount, chmod and umount work, and open the guest to its user alone",
      arguments: ["btrfs", "ext4", "xfs"])
    func wrapper(kind: String) async throws {
      let host = try #require(HelperHost.current)
      let user = host.user
      let image = try await GuestImage(
        kind, in: host, script: "chmod 700 root; echo r > root/file; chmod 600 root/file")
      let made = try await Child.run(
        "losetup", "--find", "--show", "--offset", "1048576", "--sizelimit", "\(image.size)", image.path)
      let loop = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
      let folder = try user.folder("/tmp/image-factory.\(kind)_\(UUID().uuidString.prefix(8))")
      func asUser(_ words: String..., by who: OrdinaryUser? = nil) async throws -> Child.Result {
        try await Child((who ?? user).command(words), environment: user.environment).wait()
      }

      let dry = try await host.sudo(["--dry-run", "mount", loop, folder])
      #expect(dry.status == 0 && HostState.mounts(host).allSatisfy { !$0.contains(folder) }, "\(dry.errors)")
      let mounted = try await host.sudo(["mount", loop, folder])
      #expect(mounted.status == 0, "\(mounted.errors)")
      let options = HostState.mounts(host).first { $0.contains(folder) } ?? ""
      for option in ["nosuid", "nodev", "noexec", "nosymfollow", "idmapped"] {
        #expect(options.contains(option), "\(options)")
      }
      #expect(try await host.sudo(["mount", loop, folder]).status == 2, "a second time")
      #expect(try await host.sudo(["umount", folder], as: host.outsider).status == 2)

      for words in [
        ["chmod", "-R", "o+rwx", "\(folder)/root"], ["chmod", "o+rwx", folder],
        ["chmod", "-R", "o-rwx", "\(folder)/root"],
      ] {
        let changed = try await host.sudo(words)
        #expect(changed.status == 0, "\(words): \(changed.errors)")
      }
      #expect(try await asUser("cat", "\(folder)/root/file").output == "r\n")
      #expect(try await asUser("rm", "-rf", "\(folder)/var/log/installer").status == 0)
      #expect(try await asUser("cat", "\(folder)/root/file", by: host.outsider).status != 0, "nobody else may")
      #expect(try await asUser("touch", "\(folder)/root/x", by: host.outsider).status != 0)
      symlink("/etc/shadow", "\(folder)/root/link")
      for inner in ["root/link", "missing", "root/../../etc", "root/link/x"] {
        #expect(try await host.sudo(["chmod", "o+r", "\(folder)/\(inner)"]).status == 2, "\(inner)")
      }
      #expect(try await host.sudo(["--dry-run", "umount", folder]).status == 0)
      let unmounted = try await host.sudo(["umount", folder])
      #expect(unmounted.status == 0, "\(unmounted.errors)")
      try await Child.run("losetup", "-d", loop)
      rmdir(folder)
      #expect(HostState.mounts(host) == [] && HostState.loops(host) == [])
      #expect(try await image.look("stat -c '%a %u' root root/file; ls var/log") == "700 0\n600 0\nkeep\n")
      #expect(try await image.check().status == 0)
    }

    @Test("a file system that asks for a panic of the host's kernel does not get it", .needs("tune2fs"))
    func panic() async throws {
      let host = try #require(HelperHost.current)
      let image = try await GuestImage("ext4", in: host, script: "tune2fs -e panic \"$loop\" >/dev/null")
      let made = try await Child.run(
        "losetup", "--find", "--show", "--offset", "1048576", "--sizelimit", "\(image.size)", image.path)
      let loop = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
      let asked = try await Child.run("tune2fs", "-l", loop)
      #expect(asked.output.contains(/Errors behavior: +Panic/), "\(asked.output)\(asked.errors)")
      let folder = try host.user.folder("/tmp/image-factory.panic_\(UUID().uuidString.prefix(8))")
      // 'clean' and 'inspect' mount by the same function; what they mount nobody sees.
      let mounted = try await host.sudo(["mount", loop, folder])
      #expect(mounted.status == 0, "\(mounted.errors)")
      let options = HostState.mounts(host).first { $0.contains(folder) } ?? ""
      #expect(options.contains("errors=remount-ro"), "\(options)")
      _ = try await host.sudo(["umount", folder])
      try await Child.run("losetup", "-d", loop)
      rmdir(folder)
    }
  }
}
