import HostSystem
import Installers
import Model
import SystemPackage

/// Finds the keyrings that a distribution's signatures are checked with: the host's, nothing is shipped.
enum Keyrings {
  /// Runs `body` with the keyrings of a config, ready for gpgv, and a folder for short-lived files.
  ///
  /// Throws a `FactoryError` (host not ready) that names the package to install when none of them is there.
  static func with<Result: Sendable>(
    _ request: TrustRequest, _ body: ([FilePath], SignatureCheck) async throws -> Result
  ) async throws -> Result {
    let there = request.source.keyrings.filter(ReadableFile.isReadable)
    guard !there.isEmpty else { throw missing(request) }
    let scratch = try ScratchFolder(under: FilePath(Host.temporaryFolder), prefix: "image-factory-keys")
    let result: Swift.Result<Result, any Error>
    do {
      var rings: [FilePath] = []
      for (index, path) in there.enumerated() {
        rings.append(try usable(path, as: scratch.path.appending("ring-\(index).gpg")))
      }
      let check = SignatureCheck(
        runner: request.host.runner, scratch: scratch.path.appending("check"), keyringHint: hint(request))
      result = .success(try await body(rings, check))
    } catch {
      result = .failure(error)
    }
    try scratch.close()
    return try result.get()
  }

  /// gpgv reads binary keyrings only; distributions publish armored ones.
  private static func usable(_ path: FilePath, as copy: FilePath) throws -> FilePath {
    let bytes = try AtomicFile.read(path, limit: 16 << 20)
    guard ArmoredKeys.isArmored(bytes) else { return path }
    guard let binary = ArmoredKeys.binary(bytes) else {
      throw FactoryError(.hostNotReady, "the keyring '\(path.string.printable)' is armored and cannot be read")
    }
    try AtomicFile.write(binary, to: copy)
    return copy
  }

  private static func missing(_ request: TrustRequest) -> FactoryError {
    let names = request.source.keyrings.map { "'\($0.string.printable)'" }
    let message =
      names.isEmpty
      ? "no keyring is named to check the signatures of '\(request.config.name)' with"
      : "cannot read the keyring \(names.joined(separator: " or ")) of '\(request.config.name)'"
    return FactoryError(.hostNotReady, message, hint: hint(request), at: request.config.origins["keyring"])
  }

  static func hint(_ request: TrustRequest) -> String {
    let package = request.source.keyringPackage
    return package.isEmpty
      ? "set 'keyring' to a file"
      : "install the package '\(package.printable)', or set 'keyring' to a file"
  }
}
