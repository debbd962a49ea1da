/// An openSUSE repository: `CHECKSUMS` with the digests of everything in it, and `CHECKSUMS.asc`, its detached signature.
///
/// linuxrc checks what it loads itself against the same list (linuxrc_repo.md, 2.1), so kernel, initrd and inst-sys fit together.
package struct SuseChecksumsChain: DetachedListing {
  package static let name = "suse-checksums"
  package static let listing = "CHECKSUMS"
  package static let signature = ".asc"

  package init() {}
}
