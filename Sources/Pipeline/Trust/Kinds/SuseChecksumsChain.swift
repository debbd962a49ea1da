import Installers
import Model

/// An openSUSE repository: `CHECKSUMS` with the digests of everything in it, and `CHECKSUMS.asc`, its detached signature.
///
/// linuxrc checks what it loads itself against the same list (linuxrc_repo.md, 2.1), so kernel, initrd and inst-sys fit together.
package struct SuseChecksumsChain: TrustChain {
  package static let name = "suse-checksums"

  package init() {}

  package var canBePinned: Bool { false }

  package func ordered(_ mirrors: [String], _ request: TrustRequest) async throws -> [String] {
    try await ListedFiles(request, standard: "CHECKSUMS").ordered(mirrors)
  }

  package func installer(_ request: TrustRequest) async throws -> TrustedInstaller {
    let files = ListedFiles(request, standard: "CHECKSUMS")
    let listing = try await SignedListing.detached(files, signature: ".asc")
    return try await files.installer(listing, reason: "the signed \(files.path) has its files")
  }

  package func image(_ request: TrustRequest) async throws -> TrustedFile? {
    guard request.source.imagePath != nil else { return nil }
    let files = ListedFiles(request, standard: "CHECKSUMS")
    return try files.image(try await SignedListing.detached(files, signature: ".asc"))
  }
}
