package import Model
package import SystemPackage

/// One thing the host must have before a build starts, with the reason a person is given when it is missing.
package enum Requirement: Sendable, Hashable {
  /// A tool that is found on the `PATH`; the purpose reads on after "required to".
  case tool(String, purpose: String)
  /// So many free bytes in a folder's file system, beside what others require of the same one.
  case space(ByteSize, in: FilePath, purpose: String)
  /// A folder that exists, or can be made, and written to.
  case writableFolder(FilePath)
  /// A file this user can read.
  case readableFile(FilePath, purpose: String)
  /// A file that a Debian package brings.
  case packageFile(FilePath, package: String, purpose: String)
  /// A libvirt daemon that answers or may be started.
  case libvirt(uri: String, mayStart: Bool)
  /// A folder that libvirt's QEMU user can reach when it is not this user.
  case reachableByQEMU(FilePath, uri: String)
  /// An upload destination of a known type that answers.
  case destination(UploadDestination)
  /// A secret OpenPGP key in the keyring of the user who builds.
  case signingKey(String)
  /// The sudo helper, installed and allowed; the purpose reads on after "cannot".
  case sudoHelper(purpose: String)
  /// The same for what may turn out not to be needed: a warning when it is missing.
  case sudoHelperIfNeeded(purpose: String)
  /// A command that a hook or an upload runs, split into words.
  case hook([String], purpose: String, location: SourceLocation?)
}
