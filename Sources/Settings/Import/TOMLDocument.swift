/// Reads TOML 1.0 as far as blueprints use it: tables, arrays of tables, dotted keys, all strings, numbers, dates as text.
struct TOMLDocument {
  private var cursor: DocumentCursor
  private var root = Table()
  private static let deepest = 64

  /// A table while it is being filled.
  private final class Table {
    var members: [(key: String, value: Node)] = []
    /// It has had a header of its own, or stands in braces.
    var isClosed = false

    func find(_ key: String) -> Node? { members.first { $0.key == key }?.value }
  }

  private enum Node {
    case table(Table)
    case tables([Table])
    case value(DataValue)
  }

  static func read(_ text: String) throws(DocumentProblem) -> DataValue {
    var document = TOMLDocument(cursor: DocumentCursor(text))
    try document.readLines()
    return data(of: document.root)
  }

  private init(cursor: DocumentCursor) { self.cursor = cursor }

  private mutating func readLines() throws(DocumentProblem) {
    var table = root
    while cursor.next != nil {
      skipBlanks(lines: true)
      guard let start = cursor.next else { return }
      if start == "[" {
        table = try header()
      } else {
        try pair(into: table, depth: 0)
      }
      skipBlanks(lines: false)
      guard cursor.next == nil || cursor.next == "\n" else {
        throw cursor.problem("something follows the end of a line")
      }
    }
  }

  private mutating func header() throws(DocumentProblem) -> Table {
    cursor.advance()
    let isList = cursor.skip("[")
    let path = try key()
    guard cursor.skip("]"), !isList || cursor.skip("]") else { throw cursor.problem("a ']' is missing") }
    guard let last = path.last else { throw cursor.problem("a name is missing") }
    var table = root
    for step in path.dropLast() { table = try open(step, in: table) }
    if isList {
      let new = Table()
      switch table.find(last) {
      case nil: table.members.append((last, .tables([new])))
      case .tables(let list)?: replace(last, in: table, by: .tables(list + [new]))
      default: throw cursor.problem("'\(last)' is no list of tables")
      }
      return new
    }
    let opened = try open(last, in: table)
    guard !opened.isClosed else { throw cursor.problem("the table '\(path.joined(separator: "."))' stands twice") }
    opened.isClosed = true
    return opened
  }

  private func open(_ key: String, in table: Table) throws(DocumentProblem) -> Table {
    switch table.find(key) {
    case nil:
      let new = Table()
      table.members.append((key, .table(new)))
      return new
    case .table(let found)?: return found
    case .tables(let list)?:
      guard let last = list.last else { throw cursor.problem("'\(key)' is empty") }
      return last
    case .value?: throw cursor.problem("'\(key)' is no table")
    }
  }

  private func replace(_ key: String, in table: Table, by node: Node) {
    if let index = table.members.firstIndex(where: { $0.key == key }) { table.members[index].value = node }
  }

  private mutating func pair(into table: Table, depth: Int) throws(DocumentProblem) {
    let path = try key()
    guard cursor.skip("="), let last = path.last else { throw cursor.problem("a '=' is missing") }
    var table = table
    for step in path.dropLast() { table = try open(step, in: table) }
    guard table.find(last) == nil else { throw cursor.problem("the key '\(path.joined(separator: "."))' stands twice") }
    skipBlanks(lines: false)
    table.members.append((last, .value(try value(depth: depth + 1))))
  }

  /// A dotted key, blanks around it removed.
  private mutating func key() throws(DocumentProblem) -> [String] {
    var path: [String] = []
    while true {
      skipBlanks(lines: false)
      switch cursor.next {
      case "\"", "'": path.append(try string())
      default:
        let word = cursor.take { NameRule.isWord(String($0), and: "-_") }
        guard !word.isEmpty else { throw cursor.problem("a key is missing") }
        path.append(word)
      }
      skipBlanks(lines: false)
      guard cursor.skip(".") else { return path }
    }
  }

  private mutating func value(depth: Int) throws(DocumentProblem) -> DataValue {
    guard depth < TOMLDocument.deepest else {
      throw cursor.problem("nesting deeper than \(TOMLDocument.deepest) levels")
    }
    switch cursor.next {
    case "\"", "'": return .string(try string())
    case "[": return try list(depth: depth)
    case "{": return try inlineTable(depth: depth)
    default: break
    }
    let word = cursor.take { NameRule.isWord(String($0), and: "+-_.:") }
    switch word {
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    case "": throw cursor.problem("a value is missing")
    default: break
    }
    let plain = word.filter { $0 != "_" }
    if Int(plain) != nil || Double(plain) != nil { return .number(plain) }
    if plain.hasPrefix("0x"), let number = Int(plain.dropFirst(2), radix: 16) { return .number("\(number)") }
    if plain.hasPrefix("0o"), let number = Int(plain.dropFirst(2), radix: 8) { return .number("\(number)") }
    // Dates and times stay text; one starts with a digit.
    guard word.first?.isNumber == true else { throw cursor.problem("'\(word)' is no value; a text stands in quotes") }
    return .string(word)
  }

  private mutating func list(depth: Int) throws(DocumentProblem) -> DataValue {
    var items: [DataValue] = []
    cursor.advance()
    while true {
      skipBlanks(lines: true)
      if cursor.skip("]") { return .list(items) }
      items.append(try value(depth: depth + 1))
      skipBlanks(lines: true)
      if cursor.skip("]") { return .list(items) }
      guard cursor.skip(",") else { throw cursor.problem("a ',' or ']' is missing") }
    }
  }

  private mutating func inlineTable(depth: Int) throws(DocumentProblem) -> DataValue {
    let table = Table()
    cursor.advance()
    skipBlanks(lines: false)
    if cursor.skip("}") { return .object([]) }
    while true {
      try pair(into: table, depth: depth)
      skipBlanks(lines: false)
      if cursor.skip("}") { return TOMLDocument.data(of: table) }
      guard cursor.skip(",") else { throw cursor.problem("a ',' or '}' is missing") }
    }
  }

  private mutating func string() throws(DocumentProblem) -> String {
    if cursor.skip("\"\"\"") { return try text(until: "\"\"\"", hasEscapes: true) }
    if cursor.skip("'''") { return try text(until: "'''", hasEscapes: false) }
    if cursor.skip("\"") { return try text(until: "\"", hasEscapes: true) }
    cursor.advance()
    return try text(until: "'", hasEscapes: false)
  }

  private mutating func text(until end: String, hasEscapes: Bool) throws(DocumentProblem) -> String {
    var text = String.UnicodeScalarView()
    let isLong = end.count == 3
    // A line end right after the opening of a long text is not part of it.
    if isLong { _ = cursor.skip("\r\n") || cursor.skip("\n") }
    while let scalar = cursor.next {
      if cursor.skip(end) {
        // Up to two quotes may stand before the closing three.
        while isLong, let quote = end.unicodeScalars.first, cursor.next == quote {
          text.append(quote)
          cursor.advance()
        }
        return String(text)
      }
      cursor.advance()
      if scalar == "\n", !isLong { throw cursor.problem("a text is not closed") }
      guard scalar == "\\", hasEscapes else {
        text.append(scalar)
        continue
      }
      if let escaped = try escape(isLong: isLong) { text.append(escaped) }
    }
    throw cursor.problem("a text is not closed")
  }

  /// The scalar that an escape stands for; nil for a line end that is escaped away.
  private mutating func escape(isLong: Bool) throws(DocumentProblem) -> Unicode.Scalar? {
    guard let letter = cursor.next else { throw cursor.problem("a text is not closed") }
    cursor.advance()
    switch letter {
    case "b": return "\u{8}"
    case "t": return "\t"
    case "n": return "\n"
    case "f": return "\u{C}"
    case "r": return "\r"
    case "e": return "\u{1B}"
    case "\"", "\\": return letter
    case "u": return try cursor.scalar(digits: 4)
    case "U": return try cursor.scalar(digits: 8)
    case " ", "\t", "\r", "\n":
      guard isLong else { throw cursor.problem("a text is not closed") }
      _ = cursor.take { " \t\r\n".unicodeScalars.contains($0) }
      return nil
    default: throw cursor.problem("an unknown escape '\\\(letter)'")
    }
  }

  private mutating func skipBlanks(lines: Bool) {
    while let scalar = cursor.next {
      if scalar == "#" {
        _ = cursor.take { $0 != "\n" }
      } else if scalar == " " || scalar == "\t" || scalar == "\r" || lines && scalar == "\n" {
        cursor.advance()
      } else {
        return
      }
    }
  }

  private static func data(of table: Table) -> DataValue {
    .object(
      table.members.map { member in
        switch member.value {
        case .table(let table): (member.key, data(of: table))
        case .tables(let list): (member.key, .list(list.map(data)))
        case .value(let value): (member.key, value)
        }
      })
  }
}
