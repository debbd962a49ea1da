public import SystemPackage

/// What yields an account's clear-text password while a build is planned, when its config gives no hash.
///
/// Planning replaces it by a hash: no plan, report or answer file carries the source or the clear text.
public struct PasswordSource: Sendable, Hashable, Codable {
  public enum Kind: Sendable, Hashable, Codable {
    /// The first line of a file of the host that only its owner (or group) can read.
    case file(FilePath)
    /// The first line of what a command prints, run without a shell.
    case command([String])
    /// Written in the config.
    case clearText(Secret)
  }

  public var kind: Kind
  /// Where it was written; nil: not in a file.
  public var location: SourceLocation?

  public init(_ kind: Kind, at location: SourceLocation? = nil) {
    self.kind = kind
    self.location = location
  }
}

/// How clear-text passwords are hashed: what the release's libcrypt understands.
public enum PasswordHashing: String, Sendable, Hashable, Codable, CaseIterable {
  /// `$y$`: Debian since 11, Ubuntu since 22.04, Fedora since 35.
  case yescrypt
  /// `$6$`: every release.
  case sha512
}
