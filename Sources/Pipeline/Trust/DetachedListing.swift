import Installers
import Model

/// A chain that starts from a list of digests with its signature in a file beside it; who is one says only what the two are called.
package protocol DetachedListing: TrustChain {
  /// The list's name where the config gives none: `SHA256SUMS`.
  static var listing: String { get }
  /// What the signature's name has more: `.gpg`.
  static var signature: String { get }
}

extension DetachedListing {
  package var canBePinned: Bool { false }

  package func ordered(_ mirrors: [String], _ request: TrustRequest) async throws -> [String] {
    try await files(request).ordered(mirrors)
  }

  package func installer(_ request: TrustRequest) async throws -> TrustedInstaller {
    let files = files(request)
    let listing = try await SignedListing.detached(files, signature: Self.signature)
    return try await files.installer(listing, reason: "the signed \(files.path) has its files")
  }

  package func image(_ request: TrustRequest) async throws -> TrustedFile? {
    guard request.source.imagePath != nil else { return nil }
    let files = files(request)
    return try await files.image(try await SignedListing.detached(files, signature: Self.signature))
  }

  private func files(_ request: TrustRequest) -> ListedFiles { ListedFiles(request, standard: Self.listing) }
}
