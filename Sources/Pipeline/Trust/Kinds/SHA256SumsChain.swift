/// A folder of Ubuntu's releases: `SHA256SUMS` with the digests of its images, and `SHA256SUMS.gpg`, its detached signature.
package struct SHA256SumsChain: DetachedListing {
  package static let name = "sha256sums-gpg"
  package static let listing = "SHA256SUMS"
  package static let signature = ".gpg"

  package init() {}
}
