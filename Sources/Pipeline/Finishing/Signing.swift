import HostSystem
import Model
import SystemPackage

/// Detached OpenPGP signatures by gpg and the key of the user who builds.
struct Signing: Sendable {
  let key: String
  let host: Host

  /// Signs a file as `FILE.asc` and verifies the signature; gives the primary key's fingerprint. Throws ``FactoryError`` with exit
  /// status 7.
  @discardableResult
  func sign(_ file: FilePath) async throws -> String {
    let signature = file.appendingExtension("asc")
    let name = file.lastComponent?.string ?? ""
    _ = try await host.runner.succeed(
      command(
        [
          "--quiet", "--yes", "--local-user", key, "--armor", "--output", signature.string, "--detach-sign",
          file.string,
        ],
        "sign '\(name)'"), failing: .processingFailed,
      hint: "the key has to be usable without being asked for a passphrase; is gpg-agent running for this user?")
    let check = verification(file, signature)
    let result = try await host.runner.succeed(check, failing: .processingFailed)
    guard let signer = signers(result).first else { throw result.failure(of: check, status: .processingFailed) }
    return signer
  }

  /// The primary keys, by fingerprint, whose good signature of a file this is; none for a bad one.
  func signers(of file: FilePath, _ signature: FilePath) async throws -> [String] {
    let result = try await host.runner.run(verification(file, signature))
    return result.succeeded ? signers(result) : []
  }

  /// doc/DETAILS of GnuPG: VALIDSIG has the key that signed first, and the primary key it belongs to last.
  private func signers(_ result: CommandResult) -> [String] {
    result.standardOutput.split(whereSeparator: \.isNewline).compactMap { line in
      line.hasPrefix("[GNUPG:] VALIDSIG ") ? line.split(separator: " ").last.map(String.init) : nil
    }
  }

  private func verification(_ file: FilePath, _ signature: FilePath) -> Command {
    command(
      ["--status-fd", "1", "--verify", signature.string, file.string],
      "verify the signature of '\(file.lastComponent?.string ?? "")'")
  }

  /// Nothing when gpg has the secret key, else what is wrong.
  func findings() async -> [Finding] {
    let look = command(["--list-secret-keys", key], "look for the key '\(key)'")
    if let result = try? await host.runner.run(look), result.succeeded { return [] }
    return [
      .host(
        "gpg has no secret key '\(key)', required to sign the checksums",
        hint: "gpg --list-secret-keys shows this user's keys; set 'sign-key' to one of them")
    ]
  }

  private func command(_ arguments: [String], _ purpose: String) -> Command {
    let home = host.facts.environment["GNUPGHOME"].map { ["GNUPGHOME": $0] } ?? [:]
    return Command(
      "gpg", ["--batch", "--no-tty"] + arguments, environment: home, timeLimit: .seconds(120), purpose: purpose)
  }
}
