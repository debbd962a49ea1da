/// One thing in an image that a golden image should not have.
package struct Leftover: Sendable, Hashable, Codable {
  package enum Kind: String, Sendable, Hashable, Codable {
    case authorizedKeys = "a key that lets somebody in"
    case privateKey = "a private key"
    case passwordHash = "a password hash"
    case buildProxy = "the proxy of the build"
    case shellHistory = "a history of commands"
    case answerFile = "answers or logs of the installer"
    case machineIdentity = "the identity of one machine"
  }

  package var kind: Kind
  /// Printable.
  package var path: String

  /// `/root/.bash_history: a history of commands`
  package var sentence: String { "'\(path)' in the image: \(kind.rawValue)" }
}
