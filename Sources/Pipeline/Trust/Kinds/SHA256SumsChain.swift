import Installers
import Model

/// A folder of Ubuntu's releases: `SHA256SUMS` with the digests of its images, and `SHA256SUMS.gpg`, its detached signature.
package struct SHA256SumsChain: TrustChain {
  package static let name = "sha256sums-gpg"

  package init() {}

  package var canBePinned: Bool { false }

  package func ordered(_ mirrors: [String], _ request: TrustRequest) async throws -> [String] {
    try await ListedFiles(request, standard: "SHA256SUMS").ordered(mirrors)
  }

  package func installer(_ request: TrustRequest) async throws -> TrustedInstaller {
    let files = ListedFiles(request, standard: "SHA256SUMS")
    let listing = try await SignedListing.detached(files, signature: ".gpg")
    return try await files.installer(listing, reason: "the signed \(files.path) has its files")
  }

  package func image(_ request: TrustRequest) async throws -> TrustedFile? {
    guard request.source.imagePath != nil else { return nil }
    let files = ListedFiles(request, standard: "SHA256SUMS")
    return try files.image(try await SignedListing.detached(files, signature: ".gpg"))
  }
}
