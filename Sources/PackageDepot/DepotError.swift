import Model

/// Why a depot, a pinned suite or a package index could not be made.
package enum DepotError: Error, Sendable, Equatable {
  /// The URL is no `http:` or `https:` base URL of a mirror.
  case notAMirror(String)
  /// The token has characters that do not survive in a URL.
  case unusableToken
  /// The loopback port could not be opened; the system's reason.
  case cannotListen(String)
  /// A suite's or architecture's name cannot be a folder of a mirror.
  case badSuiteName(String)
  /// The folder for the signing key could not be made or written; path and reason.
  case cannotPrepareKey(String)
  /// A tool ended well but gave nothing to work with; what was expected.
  case emptyResult(String)
}

extension DepotError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notAMirror(let url): "'\(url.printable)' is not the http: or https: URL of a mirror"
    case .unusableToken: "the depot's token may have letters, digits, '-' and '_' only"
    case .cannotListen(let reason): "cannot open a port on loopback for the package depot: \(reason)"
    case .badSuiteName(let name): "'\(name.printable)' cannot be the name of a suite or architecture"
    case .cannotPrepareKey(let reason): "cannot prepare the folder for the build's signing key: \(reason)"
    case .emptyResult(let what): "gpg gave no \(what)"
    }
  }
}
