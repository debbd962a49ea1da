/// Where a value was written: a file and line, or a name for what is no file (`--set`, `shipped default`).
public struct SourceLocation: Sendable, Hashable, Codable, CustomStringConvertible {
  public let file: String
  /// Counted from 1; nil when the source has no lines.
  public let line: Int?
  /// Counted from 1, in characters; nil when it says nothing.
  public let column: Int?

  public init(file: String, line: Int? = nil, column: Int? = nil) {
    self.file = file
    self.line = line
    self.column = column
  }

  public var description: String {
    guard let line else { return file }
    return "\(file):\(line)"
  }
}
