import HostSystem
import Model
import SystemPackage
import Testing

@Suite("signatures", needs("gpg", "gpgv"))
struct SignatureTests {
  /// A home for gpg with keys made for one test.
  private struct Keys {
    let home: FilePath
    let runner = SubprocessRunner()

    func gpg(_ arguments: String...) async throws {
      try await runner.succeed(
        Command(
          "gpg", ["--homedir", home.string, "--batch", "--yes", "--quiet", "--passphrase", ""] + arguments,
          purpose: "make keys for a test"), failing: .unexpected)
    }

    func make(_ name: String, expires: String = "never") async throws -> FilePath {
      try await gpg("--faked-system-time", "20200101T000000!", "--quick-generate-key", name, "ed25519", "sign", expires)
      let ring = home.appending("\(name).gpg")
      try await gpg("--output", ring.string, "--export", name)
      return ring
    }
  }

  private func withKeys(_ body: (Keys, SignatureCheck) async throws -> Void) async throws {
    try await inScratch { folder in
      // The path of gpg-agent's socket must be short; a folder of its own, for the owner only.
      let home = try ScratchFolder(under: "/tmp", prefix: "gpg")
      let keys = Keys(home: home.path)
      var failure: (any Error)?
      do {
        try await body(keys, SignatureCheck(runner: SubprocessRunner(), scratch: folder.appending("scratch")))
      } catch {
        failure = error
      }
      _ = try await keys.runner.run(
        Command("gpgconf", ["--homedir", home.path.string, "--kill", "all"], purpose: "end the agent"))
      try home.close()
      if let failure { throw failure }
      #expect(try names(in: folder.appending("scratch")) == [])
    }
  }

  private let release = "Origin: Debian\nSuite: trixie\n- dash at the start\nSHA256:\n 00 1 main/Packages\n"

  private func clearsign(_ keys: Keys, by names: [String]) async throws -> [UInt8] {
    let (plain, signed) = (keys.home.appending("Release"), keys.home.appending("InRelease"))
    try AtomicFile.write(release, to: plain)
    let users = names.flatMap { ["--local-user", $0] }
    try await keys.runner.succeed(
      Command(
        "gpg",
        [
          "--homedir", keys.home.string, "--batch", "--yes", "--passphrase", "", "--faked-system-time",
          "20200102T000000!",
        ]
          + users + ["--output", signed.string, "--clearsign", plain.string], purpose: "sign"), failing: .unexpected)
    return try AtomicFile.read(signed)
  }

  @Test("a good InRelease gives exactly the signed text, also when another signer is unknown")
  func good() async throws {
    try await withKeys { keys, check in
      let ring = try await keys.make("archive")
      _ = try await keys.make("stranger")
      for signers in [["archive"], ["archive", "stranger"]] {
        let bytes = try await clearsign(keys, by: signers)
        let result = try await check.clearsigned(bytes, name: "InRelease", keyrings: [ring])
        #expect(String(decoding: result.bytes, as: UTF8.self) == release)
        #expect(result.signers.count == 1 && result.signers.first?.count == 40)
      }
    }
  }

  @Test("a changed text, an unknown and an expired key are refused, with key and keyring named")
  func bad() async throws {
    try await withKeys { keys, check in
      let ring = try await keys.make("archive")
      let stranger = try await keys.make("stranger")
      let old = try await keys.make("old", expires: "2020-06-01")
      let bytes = try await clearsign(keys, by: ["archive"])
      let changed = Array(String(decoding: bytes, as: UTF8.self).replacing("trixie", with: "sid").utf8)
      var error = await factoryError { _ = try await check.clearsigned(changed, name: "InRelease", keyrings: [ring]) }
      #expect(error?.message.contains("(archive) is bad") == true)
      #expect(error?.hint?.contains("another mirror") == true)
      error = await factoryError { _ = try await check.clearsigned(bytes, name: "InRelease", keyrings: [stranger]) }
      #expect(error?.message.contains("is not in the keyring; keyring '\(stranger.string)'") == true)
      #expect(error?.hint?.contains("debian-archive-keyring") == true)
      #expect(error?.status == .fetchFailed)
      let byOld = try await clearsign(keys, by: ["old"])
      error = await factoryError { _ = try await check.clearsigned(byOld, name: "InRelease", keyrings: [old]) }
      #expect(error?.message.contains("(old) has expired") == true, "\(error?.message ?? "")")
    }
  }

  @Test("text around the signed message and a second message are refused")
  func wrapped() async throws {
    try await withKeys { keys, check in
      let ring = try await keys.make("archive")
      let bytes = try await clearsign(keys, by: ["archive"])
      for wrong in [bytes + bytes, Array("Suite: evil\n".utf8) + bytes, Array("<html>portal</html>".utf8)] {
        let error = await factoryError { _ = try await check.clearsigned(wrong, name: "InRelease", keyrings: [ring]) }
        #expect(error?.message.hasPrefix("InRelease is not a clearsigned file; begins with") == true)
      }
      // What stands after the signature was signed by nobody and is not handed out.
      let result = try? await check.clearsigned(
        bytes + Array("Suite: evil\n".utf8), name: "InRelease", keyrings: [ring])
      #expect(result.map { String(decoding: $0.bytes, as: UTF8.self) } ?? release == release)
    }
  }

  @Test("a detached signature verifies its text and no other")
  func detached() async throws {
    try await withKeys { keys, check in
      let ring = try await keys.make("archive")
      let (plain, signed) = (keys.home.appending("Release"), keys.home.appending("Release.gpg"))
      try AtomicFile.write(release, to: plain)
      try await keys.gpg("--armor", "--output", signed.string, "--detach-sign", plain.string)
      let signature = try AtomicFile.read(signed)
      let text = Array(release.utf8)
      let result = try await check.detached(text, signature: signature, name: "Release", keyrings: [ring])
      #expect(result.bytes == text)
      let error = await factoryError {
        _ = try await check.detached(text + [10], signature: signature, name: "Release", keyrings: [ring])
      }
      #expect(error?.message.contains("is bad") == true)
    }
  }

  @Test("a keyring that is missing or armored is an error of the host with a hint")
  func keyrings() async throws {
    try await withKeys { keys, check in
      let bytes = Array("-----BEGIN PGP SIGNED MESSAGE-----\n-----BEGIN PGP SIGNATURE-----\n".utf8)
      var error = await factoryError {
        _ = try await check.clearsigned(bytes, name: "InRelease", keyrings: ["/no/ring"])
      }
      #expect(error?.status == .hostNotReady)
      #expect(error?.hint?.contains("debian-archive-keyring") == true)
      let armored = keys.home.appending("armored.asc")
      try AtomicFile.write("-----BEGIN PGP PUBLIC KEY BLOCK-----\n", to: armored)
      error = await factoryError { _ = try await check.clearsigned(bytes, name: "InRelease", keyrings: [armored]) }
      #expect(error?.hint?.contains("gpg --dearmor") == true)
      error = await factoryError { _ = try await check.clearsigned(bytes, name: "InRelease", keyrings: []) }
      #expect(error?.message.hasPrefix("no keyring is given") == true)
    }
  }
}
