import HostSystem
import Model
import SystemPackage

/// Detached OpenPGP signatures by gpg and the key of the user who builds.
struct Signing: Sendable {
  let key: String
  let host: Host

  /// Signs a file as `FILE.asc` and verifies the signature; throws ``FactoryError`` with exit status 7.
  func sign(_ file: FilePath) async throws -> FilePath {
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
    let check = command(
      ["--status-fd", "1", "--verify", signature.string, file.string], "verify the signature of '\(name)'")
    let result = try await host.runner.succeed(check, failing: .processingFailed)
    guard result.standardOutput.contains("[GNUPG:] VALIDSIG ") else {
      throw result.failure(of: check, status: .processingFailed)
    }
    return signature
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
