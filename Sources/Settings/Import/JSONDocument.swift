/// Reads JSON (RFC 8259); a key that stands twice in an object is an error, as people never mean it.
struct JSONDocument {
  private var cursor: DocumentCursor
  /// Deeper nesting is no template but an attack on the stack.
  private static let deepest = 64

  static func read(_ text: String) throws(DocumentProblem) -> DataValue {
    var document = JSONDocument(cursor: DocumentCursor(text))
    let value = try document.value(depth: 0)
    document.skipBlanks()
    guard document.cursor.next == nil else {
      throw document.cursor.problem("something follows the end of the document")
    }
    return value
  }

  private mutating func value(depth: Int) throws(DocumentProblem) -> DataValue {
    guard depth < JSONDocument.deepest else {
      throw cursor.problem("nesting deeper than \(JSONDocument.deepest) levels")
    }
    skipBlanks()
    switch cursor.next {
    case "{": return try object(depth: depth)
    case "[": return try list(depth: depth)
    case "\"": return .string(try string())
    case "t" where cursor.skip("true"): return .boolean(true)
    case "f" where cursor.skip("false"): return .boolean(false)
    case "n" where cursor.skip("null"): return .null
    case let start? where start == "-" || ("0"..."9").contains(start):
      let text = cursor.take { "+-.eE0123456789".unicodeScalars.contains($0) }
      guard Double(text) != nil else { throw cursor.problem("a broken number") }
      return .number(text)
    default: throw cursor.problem("a value is missing")
    }
  }

  private mutating func object(depth: Int) throws(DocumentProblem) -> DataValue {
    var members: [(key: String, value: DataValue)] = []
    cursor.advance()
    skipBlanks()
    if cursor.skip("}") { return .object([]) }
    while true {
      skipBlanks()
      guard cursor.next == "\"" else { throw cursor.problem("a key in quotes is missing") }
      let key = try string()
      guard !members.contains(where: { $0.key == key }) else { throw cursor.problem("the key '\(key)' stands twice") }
      skipBlanks()
      guard cursor.skip(":") else { throw cursor.problem("a ':' is missing after '\(key)'") }
      members.append((key, try value(depth: depth + 1)))
      skipBlanks()
      if cursor.skip("}") { return .object(members) }
      guard cursor.skip(",") else { throw cursor.problem("a ',' or '}' is missing") }
    }
  }

  private mutating func list(depth: Int) throws(DocumentProblem) -> DataValue {
    var items: [DataValue] = []
    cursor.advance()
    skipBlanks()
    if cursor.skip("]") { return .list([]) }
    while true {
      items.append(try value(depth: depth + 1))
      skipBlanks()
      if cursor.skip("]") { return .list(items) }
      guard cursor.skip(",") else { throw cursor.problem("a ',' or ']' is missing") }
    }
  }

  private mutating func string() throws(DocumentProblem) -> String {
    var text = String.UnicodeScalarView()
    cursor.advance()
    while let scalar = cursor.next {
      cursor.advance()
      switch scalar {
      case "\"": return String(text)
      case "\\":
        guard let escape = cursor.next else { throw cursor.problem("a text is not closed") }
        cursor.advance()
        switch escape {
        case "\"", "\\", "/": text.append(escape)
        case "b": text.append("\u{8}")
        case "f": text.append("\u{C}")
        case "n": text.append("\n")
        case "r": text.append("\r")
        case "t": text.append("\t")
        case "u": text.append(try cursor.scalar(digits: 4))
        default: throw cursor.problem("an unknown escape '\\\(escape)'")
        }
      case _ where scalar.value < 0x20: throw cursor.problem("a control character in a text")
      default: text.append(scalar)
      }
    }
    throw cursor.problem("a text is not closed")
  }

  private mutating func skipBlanks() {
    while let scalar = cursor.next, " \t\r\n".unicodeScalars.contains(scalar) { cursor.advance() }
  }
}
