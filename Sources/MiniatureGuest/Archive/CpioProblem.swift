import Model

/// Why an archive cannot be written or read.
package enum CpioProblem: Error, Equatable, CustomStringConvertible {
  case badPath(String)
  case duplicate(String)
  case missingLinkTarget(path: String, target: String)
  case tooLarge(String)
  case tooManyEntries(limit: Int)
  case truncated(offset: UInt64)
  case badHeader(offset: UInt64, why: String)

  package var description: String {
    switch self {
    case .badPath(let path): "the archive names '\(path.printable)', a path that leaves the archive"
    case .duplicate(let path): "the archive would name '\(path.printable)' twice"
    case .missingLinkTarget(let path, let target):
      "the hard link '\(path.printable)' names '\(target.printable)', which is not a file of the archive"
    case .tooLarge(let path): "the archive's member '\(path.printable)' is too large"
    case .tooManyEntries(let limit): "the archive has more than \(limit) members"
    case .truncated(let offset): "the archive ends in the middle of a member at byte \(offset)"
    case .badHeader(let offset, let why): "the archive's header at byte \(offset) is broken: \(why)"
    }
  }
}
