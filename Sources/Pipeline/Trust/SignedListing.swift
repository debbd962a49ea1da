import HostSystem
import Installers
import Model

/// Lists of digests with a signature.
enum SignedListing {
  /// The list with a signature in a file of its own beside it.
  static func detached(_ files: ListedFiles, signature suffix: String) async throws -> Listing {
    let name = SourceURL.shown(files.url)
    // A missing keyring is said before anything is asked for.
    return try await Keyrings.with(files.request) { keyrings, check in
      let bytes = try await files.bytes()
      let signature = try await files.bytes(suffix)
      let signed = try await check.detached(bytes, signature: signature, name: name, keyrings: keyrings)
      return try listing(files, bytes, signed)
    }
  }

  /// The list inside its signature.
  static func clearSigned(_ files: ListedFiles) async throws -> Listing {
    let name = SourceURL.shown(files.url)
    return try await Keyrings.with(files.request) { keyrings, check in
      let bytes = try await files.bytes()
      return try listing(files, bytes, try await check.clearsigned(bytes, name: name, keyrings: keyrings))
    }
  }

  private static func listing(
    _ files: ListedFiles, _ bytes: [UInt8], _ signed: SignatureCheck.SignedText
  ) throws(FactoryError) -> Listing {
    let sums = SHA256Sums(String(decoding: signed.bytes, as: UTF8.self))
    let signer = signed.signers.first.map { "signed by \($0.suffix(16))" } ?? "signed"
    return try files.listing(bytes, digests: sums.digests, sha512: sums.sha512, trust: "\(files.path), \(signer)")
  }
}
