import Installers
import Model

/// A folder of images whose list of digests carries its signature in itself, as Fedora's and AlmaLinux's `CHECKSUM` do.
package struct ClearSignedChain: TrustChain {
  package static let name = "clear-signed"

  package init() {}

  package var canBePinned: Bool { false }

  package func ordered(_ mirrors: [String], _ request: TrustRequest) async throws -> [String] {
    try await ListedFiles(request, standard: "CHECKSUM").ordered(mirrors)
  }

  package func installer(_ request: TrustRequest) async throws -> TrustedInstaller {
    let files = ListedFiles(request, standard: "CHECKSUM")
    return try await files.installer(
      try await SignedListing.clearSigned(files), reason: "the signed \(files.path) has its files")
  }

  package func image(_ request: TrustRequest) async throws -> TrustedFile? {
    guard request.source.imagePath != nil else { return nil }
    let files = ListedFiles(request, standard: "CHECKSUM")
    return try await files.image(try await SignedListing.clearSigned(files))
  }
}
