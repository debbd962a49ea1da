import FactoryTestSupport
import Foundation
import SystemPackage
import Testing

extension RealSudo {
  @Suite("Attacks", .serialized)
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
