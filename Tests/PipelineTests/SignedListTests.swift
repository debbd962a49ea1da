import DiskImages
import Glibc
import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("a signed SHA256SUMS", needs("gpg", "gpgconf"))
struct SignedListTests {
  /// gpg with two keys, in a folder of its own.
  private struct Keys {
    let home: ScratchFolder
    let test: TestHost
    let list: FilePath
    var environment: [String: String] { ["GNUPGHOME": home.path.string] }
    var signature: FilePath { FilePath(list.string + ".asc") }

    func sums(_ key: String?) -> ChecksumList {
      ChecksumList(file: list, signing: key.map { Signing(key: $0, host: test.host) }, scratch: test.folder)
    }

    func gpg(_ words: String...) async throws -> CommandResult {
      try await SubprocessRunner().run(
        Command(
          "gpg", ["--batch", "--quiet"] + words, environment: environment, timeLimit: .seconds(60),
          purpose: "use gpg in a test"))
    }

    var isSigned: Bool {
      get async throws { try await gpg("--verify", signature.string, list.string).succeeded }
    }

    var lines: Set<String> {
      get throws { try Set(ChecksumFile(parsing: test.text(list)).entries.map(\.name)) }
    }
  }

  private static let own = "build@example.org"
  private static let other = "other@example.org"

  private func withKeys(_ body: (Keys) async throws -> Void) async throws {
    try await TestHost.run { made in
      // A socket's path has 107 bytes.
      let home = try ScratchFolder(under: "/tmp", prefix: "gpg")
      chmod(home.path.string, 0o700)
      var test = made
      test.host.facts.environment = ["GNUPGHOME": home.path.string]
      try Folder.create(test.output)
      let keys = Keys(home: home, test: test, list: test.output.appending("SHA256SUMS"))
      for name in [Self.own, Self.other] {
        let made = try await keys.gpg(
          "--passphrase", "", "--pinentry-mode", "loopback", "--quick-generate-key", name, "ed25519", "sign")
        #expect(made.succeeded, "\(made.lastLines)")
      }
      try await body(keys)
      _ = try? await SubprocessRunner().run(
        Command("gpgconf", ["--kill", "all"], environment: keys.environment, purpose: "end gpg's agent"))
      try home.close()
    }
  }

  private func entry(_ name: String) -> ChecksumFile.Entry {
    ChecksumFile.Entry(digest: String(repeating: "0", count: 64), name: name)
  }

  @Test("each build adds its line and signs the whole, builds that end at once too; nothing else is left")
  func together() async throws {
    try await withKeys { keys in
      #expect(try await keys.sums(Self.own).add([entry("first")]) == nil)
      #expect(try await keys.isSigned)
      try await withThrowingTaskGroup(of: String?.self) { group in
        for number in 0..<6 { group.addTask { try await keys.sums(Self.own).add([entry("image-\(number)")]) } }
        for try await warning in group { #expect(warning == nil) }
      }
      #expect(try await keys.isSigned)
      #expect(try keys.lines.count == 7)
      #expect(keys.test.names(keys.test.output) == ["SHA256SUMS", "SHA256SUMS.asc"])
      #expect(keys.list.mode == 0o644 && keys.signature.mode == 0o644)
      #expect(!keys.test.names(keys.test.folder).contains { $0.contains("SUMS") })
    }
  }

  @Test(
    "lines that the key has not signed are not signed along: the list stays without a signature, and that is said",
    arguments: ["a line that somebody added", "no signature", "another key's signature"])
  func foreign(how: String) async throws {
    try await withKeys { keys in
      let key = how.hasPrefix("another") ? Self.other : Self.own
      #expect(try await keys.sums(key).add([entry("before")]) == nil)
      switch how {
      case "no signature": try Folder.remove(keys.signature)
      case "another key's signature": break
      default: try AtomicFile.write(keys.test.text(keys.list) + entry("forged").line + "\n", to: keys.list)
      }
      let warning = try #require(try await keys.sums(Self.own).add([entry("mine")]))
      #expect(warning.contains("is not signed") && warning.contains("--detach-sign"))
      #expect(try keys.lines.isSuperset(of: ["before", "mine"]))
      #expect(!keys.signature.exists)
      // As the warning says: signed by hand once, it goes on.
      let byHand = try await keys.gpg("--local-user", Self.own, "--armor", "--detach-sign", keys.list.string)
      #expect(byHand.succeeded)
      #expect(try await keys.sums(Self.own).add([entry("next")]) == nil)
      #expect(try await keys.isSigned)
    }
  }

  @Test("the same image built again is no line of somebody else's")
  func replaced() async throws {
    try await withKeys { keys in
      try AtomicFile.write(entry("mine").line + "\n", to: keys.list)
      #expect(try await keys.sums(Self.own).add([entry("mine")]) == nil)
      #expect(try await keys.isSigned)
    }
  }

  @Test("a build without a key takes a signature away that does not fit any more; one that cannot sign changes nothing")
  func withoutKey() async throws {
    try await withKeys { keys in
      #expect(try await keys.sums(Self.own).add([entry("before")]) == nil)
      let error = await factoryError { _ = try await keys.sums("nobody@example.org").add([entry("mine")]) }
      #expect(error?.status == .processingFailed)
      #expect(try await keys.isSigned)
      #expect(try keys.lines == ["before"])
      let warning = try await keys.sums(nil).add([entry("mine")])
      #expect(warning?.contains("SHA256SUMS.asc' is removed") == true)
      #expect(!keys.signature.exists)
      #expect(try keys.lines == ["before", "mine"])
      #expect(keys.test.names(keys.test.output) == ["SHA256SUMS"])
    }
  }
}
