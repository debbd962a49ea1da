/// A suite that exists only in the depot: exactly the installer's packages of a pin, signed with a key of this build.
package struct PinnedSuite: Sendable {
  /// The suite's name, as in `d-i mirror/udeb/suite`: none that the mirror has.
  package let name: String
  /// What the index names.
  package let index: UdebIndex
  /// The public half of the signing key, as gpgv reads it; `/pin.gpg` for the guest.
  package let publicKeyring: [UInt8]
  /// The files by their path below `dists/NAME/`.
  package let files: [String: [UInt8]]

  init(name: String, index: UdebIndex, publicKeyring: [UInt8], files: [String: [UInt8]]) {
    self.name = name
    self.index = index
    self.publicKeyring = publicKeyring
    self.files = files
  }

  /// The `Release` file's text.
  package var release: [UInt8] { files["Release"] ?? [] }
  /// The detached signature of ``release``.
  package var releaseSignature: [UInt8] { files["Release.gpg"] ?? [] }
}
