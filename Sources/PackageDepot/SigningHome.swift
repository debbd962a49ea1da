import Foundation
import Model
import SystemPackage

/// A GnuPG home of its own for one key that lives as long as it takes to sign one file.
struct SigningHome: Sendable {
  let folder: FilePath
  let run: ToolRunner

  /// gpg-agent listens on a socket in the home, and a socket's path has 107 bytes at most (unix(7)).
  private static let longestPath = 80

  /// Makes the folder, mode 0700, inside `scratch`, or in `/tmp` when that path is too long for the agent's socket.
  init(in scratch: FilePath, run: @escaping ToolRunner) throws {
    let parent = scratch.string.utf8.count <= Self.longestPath ? scratch : "/tmp"
    var template = Array(parent.appending("image-factory-key-XXXXXX").string.utf8CString)
    guard mkdtemp(&template) != nil else {
      throw DepotError.cannotPrepareKey("\(parent): \(Errno(rawValue: errno))")
    }
    folder = FilePath(String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    self.run = run
  }

  /// Makes a signing key without a passphrase; the name is what a failing gpgv shows.
  ///
  /// RSA with 3072 bits: every installer's gpgv reads it, the older ones' too.
  func makeKey(name: String) async throws {
    _ = try await gpg(
      ["--passphrase", "", "--quick-generate-key", name, "rsa3072", "sign", "never"], "make the build's signing key")
  }

  /// The detached, armored signature of `bytes`.
  func sign(_ bytes: [UInt8]) async throws -> [UInt8] {
    let file = folder.appending("signed")
    do {
      let descriptor = try FileDescriptor.open(
        file, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: .ownerReadWrite)
      try descriptor.closeAfter { _ = try descriptor.writeAll(bytes) }
    } catch {
      throw DepotError.cannotPrepareKey("\(file): \(error)")
    }
    let arguments = ["--passphrase", "", "--armor", "--digest-algo", "SHA512", "--detach-sign", "--output", "-"]
    let signature = try await gpg(arguments + [file.string], "sign the pinned suite")
    guard !signature.isEmpty else { throw DepotError.emptyResult("signature") }
    return signature
  }

  /// The public key as gpgv's keyring.
  func publicKeyring() async throws -> [UInt8] {
    // Through a file: a runner made for text would repair the bytes of a binary keyring.
    let file = folder.appending("public")
    _ = try await gpg(["--output", file.string, "--export"], "export the build's public key")
    let keyring = [UInt8](FileManager.default.contents(atPath: file.string) ?? Data())
    guard !keyring.isEmpty else { throw DepotError.emptyResult("public key") }
    return keyring
  }

  /// Ends the agent and removes the key; never fails, since the key is worth nothing to anybody else.
  func remove() async {
    _ = try? await run(
      Command(
        "gpgconf", ["--homedir", folder.string, "--kill", "all"], timeLimit: .seconds(20),
        purpose: "end the agent of the build's signing key"))
    try? FileManager.default.removeItem(atPath: folder.string)
  }

  private func gpg(_ arguments: [String], _ purpose: String) async throws -> [UInt8] {
    let always = [
      "--homedir", folder.string, "--no-options", "--batch", "--quiet", "--no-tty", "--pinentry-mode", "loopback",
    ]
    return try await run(Command("gpg", always + arguments, timeLimit: .seconds(120), purpose: purpose))
  }
}
