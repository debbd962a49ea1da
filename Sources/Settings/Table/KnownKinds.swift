/// The names that other rooms' registries offer; passed in, because rooms of one row do not import each other.
package struct KnownKinds: Sendable {
  package var diskFormats: [String]
  package var uploaders: [String]
  package var answerFormats: [String]
  package var watchers: [String]
  package var trustChains: [String]

  package init(
    diskFormats: [String] = ["raw", "qcow2"], uploaders: [String] = ["rsync"],
    answerFormats: [String] = ["preseed", "kickstart", "autoyast", "autoinstall", "agama"],
    watchers: [String] = ["debian-installer", "anaconda", "autoyast", "agama", "subiquity"],
    trustChains: [String] = [
      "debian-archive", "treeinfo", "suse-checksums", "sha256sums-gpg", "clear-signed", "none",
    ]
  ) {
    self.diskFormats = diskFormats
    self.uploaders = uploaders
    self.answerFormats = answerFormats
    self.watchers = watchers
    self.trustChains = trustChains
  }
}
