package import SystemPackage

/// Where values come from: one file, or the command line.
package struct ConfigLayer: Sendable {
  /// Who wrote it; decides what relative paths are relative to.
  package enum Kind: Sendable, Equatable {
    /// `configs/` of the project, or a folder named by `--configs` or `--tree`: paths start at the file's folder.
    case shipped
    /// The host's and the user's files: paths start at the working folder, as in the Python tool.
    case user
    /// `--set` and flags: paths start at the working folder.
    case commandLine
  }

  /// The path, or a name such as `--set`.
  package let name: String
  package let kind: Kind
  /// The folder of the file; nil on the command line.
  package let folder: FilePath?
  /// Values are used in the build and shown nowhere.
  package let isPrivate: Bool

  package init(name: String, kind: Kind, folder: FilePath? = nil, isPrivate: Bool = false) {
    self.name = name
    self.kind = kind
    self.folder = folder
    self.isPrivate = isPrivate
  }
}
