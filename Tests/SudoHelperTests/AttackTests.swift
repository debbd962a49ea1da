import FactoryTestSupport
import Foundation
import SystemPackage
import Testing

extension RealSudo {
  @Suite("Attacks", .serialized, .needs("python3"))
  struct Attacks {
    @Test("every attack is refused, and the host is as it was")
    func table() async throws {
      let host = try #require(HelperHost.current)
      let ground = try await AttackGround(host)
      let before = HostState(host)
      #expect(Attack.all.count >= 150)
      for attack in Attack.all {
        let words = ground.words(of: attack)
        // A process cannot be given such a word at all.
        if words.contains(where: { $0.utf8.contains(0) }) { continue }
        let result = try await host.sudo(words, as: attack.byOutsider ? host.outsider : nil, before: attack.sudo)
        #expect(result.status != 0, "\(attack.testDescription): \(result.output)\(result.errors)")
        #expect(result.status < 128, "\(attack.testDescription) ended by a signal: \(result.errors)")
        #expect(
          !result.errors.isEmpty && result.errors.utf8.allSatisfy { $0 == 0x0A || ($0 >= 0x20 && $0 < 0x7F) },
          "\(attack.testDescription): \(result.errors)")
        #expect(HostState(host) == before, "\(attack.testDescription) changed the host")
      }
      await ground.close()
      #expect(HostState.loops(host) == [])
      #expect(HostState.mounts(host) == [])
    }

    @Test("the names of the attacks are unique, so that each is counted once")
    func unique() {
      #expect(Set(Attack.all.map(\.testDescription)).count == Attack.all.count)
    }

    @Test(
      "the helper refuses without sudo: as the user, as root without sudo's variables, and with somebody else's name")
    func withoutSudo() async throws {
      let host = try #require(HelperHost.current)
      let plain = try await Child(
        host.user.command([host.helper.string, "--check"]), environment: host.user.environment
      ).wait()
      #expect(plain.status == 2 && plain.errors.contains("must be run by sudo"), "\(plain.errors)")
      let pretended = host.user.environment.merging(["SUDO_UID": "0", "SUDO_GID": "0", "SUDO_USER": "root"]) { $1 }
      #expect(
        try await Child(host.user.command([host.helper.string, "--check"]), environment: pretended).wait().status == 2)
      let root = try await Child.run(host.helper.string, "--check")
      #expect(root.status == 2 && root.errors.contains("must be run by sudo"), "\(root.errors)")
      for variables in [
        ["SUDO_UID": "\(host.user.number)", "SUDO_GID": "0", "SUDO_USER": "root"],
        ["SUDO_UID": "4294967295", "SUDO_GID": "0", "SUDO_USER": "root"],
        ["SUDO_UID": "0x0", "SUDO_GID": "0", "SUDO_USER": "root"], ["SUDO_UID": "0", "SUDO_USER": "root"],
        ["SUDO_UID": "0", "SUDO_GID": "0", "SUDO_USER": ""],
      ] {
        let result = try await Child.run(host.helper.string, "--check", environment: variables)
        #expect(result.status == 2, "\(variables): \(result.output)")
      }
    }

    @Test(
      "the group is the one that root's file names; a file that others can write, a link or noise is refused",
      .needs("unshare", "mount", "cp"))
    func group() async throws {
      let host = try #require(HelperHost.current)
      // An /etc of its own for each call: nobody else sees it.
      let copy = host.scratch.path.appending("etc").string
      try await Child.run("cp", "-a", "/etc", copy)
      try FileManager.default.createDirectory(atPath: "\(copy)/image-factory", withIntermediateDirectories: true)
      let file = "\(copy)/image-factory/sudo-helper.group"
      func check(_ who: OrdinaryUser) async throws -> Child.Result {
        let words = who.command(["sudo", "-n", host.helper.string, "--check"])
        let script = "mount --bind \"$1\" /etc; shift; exec \"$@\""
        return try await Child(
          ["unshare", "-m", "--propagation", "private", "sh", "-ec", script, "sh", copy] + words,
          environment: who.environment
        ).wait()
      }
      #expect(try await check(host.user).status == 0, "without the file")
      for (text, user, outsider) in [
        ("image-factory\n", Int32(0), Int32(2)), ("\(host.outsider.name)\n", 2, 0), ("", 2, 2),
        ("image-factory\nx", 2, 2),
        ("no_such_group", 2, 2), ("image-factory ", 2, 2),
      ] {
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        chmod(file, 0o644)
        #expect(try await check(host.user).status == user, "\(text)")
        #expect(try await check(host.outsider).status == outsider, "\(text)")
      }
      try "\(host.outsider.name)\n".write(toFile: file, atomically: true, encoding: .utf8)
      for change in [
        "chmod 666 F", "chmod 664 F", "chown \(host.outsider.number) F", "mv F F.real; ln -s F.real F", "rm F; mkdir F",
      ] {
        try await Child.run("sh", "-c", change.replacing("F", with: file))
        let result = try await check(host.outsider)
        #expect(result.status != 0 && !result.errors.isEmpty, "\(change)")
        try await Child.run(
          "sh", "-c",
          "rm -rf F F.real; echo \(host.outsider.name) > F; chown 0 F; chmod 644 F".replacing("F", with: file))
        #expect(try await check(host.outsider).status == 0)
      }
    }

    @Test("a set-user-id copy of the helper does nothing either")
    func setUserID() async throws {
      let host = try #require(HelperHost.current)
      let copy = host.scratch.path.appending("suid-helper").string
      try FileManager.default.copyItem(atPath: host.helper.string, toPath: copy)
      chmod(copy, 0o4755)
      defer { unlink(copy) }
      let variables = host.user.environment.merging(["SUDO_UID": "0", "SUDO_GID": "0", "SUDO_USER": "root"]) { $1 }
      let result = try await Child(host.user.command([copy, "--check"]), environment: variables).wait()
      #expect(result.status == 2, "\(result.output)")
    }

    @Test("the helper starts no other program: nothing that could is in it")
    func noExec() async throws {
      let host = try #require(HelperHost.current)
      let symbols = try await Child.run("grep", "-c", "-a", "-e", "/bin/sh", "-e", "LD_PRELOAD", host.helper.string)
      #expect(symbols.output.trimmingCharacters(in: .whitespacesAndNewlines) == "0", "a shell is named in the helper")
    }
  }
}
