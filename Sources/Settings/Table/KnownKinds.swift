/// The names that other rooms' registries offer; passed in, because rooms of one row do not import each other.
package struct KnownKinds: Sendable {
  package var diskFormats: [String]
  package var uploaders: [String]
  package var answerFormats: [String]
  package var watchers: [String]

  package init(
    diskFormats: [String] = ["raw", "qcow2"], uploaders: [String] = ["rsync"],
    answerFormats: [String] = ["preseed", "kickstart", "autoyast"],
    watchers: [String] = ["debian-installer", "anaconda", "yast"]
  ) {
    self.diskFormats = diskFormats
    self.uploaders = uploaders
    self.answerFormats = answerFormats
    self.watchers = watchers
  }
}
