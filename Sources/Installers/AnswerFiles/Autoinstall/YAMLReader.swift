import Model

/// Reads a YAML document into values with their lines: block and flow maps and lists, every kind of scalar, anchors, aliases, merges.
///
/// Not read, and a ``Problem``: maps with a `?`, lists of several documents beyond the first. Types are those of PyYAML.
/// (YAML 1.2, chapters 6 to 8)
struct YAMLReader {
  struct Problem: Error {
    var line: Int
    var message: String
  }

  /// The lines' characters; a `-` whose item is being read becomes a blank, so that an item is a block of its own.
  var lines: [[Character]]
  var row = 0
  var anchors: [String: AnswerNode] = [:]
  private var depth = 0

  /// The first document; throws a ``Problem`` with its line.
  static func read(_ text: String) throws(Problem) -> AnswerNode {
    var reader = YAMLReader(lines: text.textLines.map { Array($0) })
    reader.skipHead()
    let node = try reader.block(from: 0)
    if reader.toContent() { throw reader.problem("this line belongs to nothing above it") }
    return node
  }

  private init(lines: [[Character]]) { self.lines = lines }

  func problem(_ message: String) -> Problem { Problem(line: row + 1, message: message) }

  /// Directives and the mark of the first document; behind the mark of the next nothing is read.
  private mutating func skipHead() {
    if let first = lines.firstIndex(where: { $0.starts(with: "---") }),
      lines[..<first].allSatisfy({ $0.isEmpty || $0.first == "#" || $0.first == "%" || $0.allSatisfy(\.isWhitespace) })
    {
      for index in 0...first { lines[index] = index == first ? Array("   " + lines[index].dropFirst(3)) : [] }
    }
    if let end = lines.firstIndex(where: { $0.starts(with: "---") || $0.starts(with: "...") }) {
      lines.removeSubrange(end...)
    }
  }

  /// Goes to the next line with content; false at the end.
  mutating func toContent() -> Bool {
    while row < lines.count {
      if let first = lines[row].first(where: { $0 != " " && $0 != "\t" && $0 != "\r" }), first != "#" { return true }
      row += 1
    }
    return false
  }

  func indentation(_ row: Int) -> Int { lines[row].prefix { $0 == " " }.count }

  /// The value that begins at or behind a column, in this line or below; nothing when the next content is further left.
  mutating func block(from column: Int) throws(Problem) -> AnswerNode {
    let start = row
    guard toContent(), indentation(row) >= column else {
      return AnswerNode(line: min(start, max(lines.count - 1, 0)) + 1, value: .null)
    }
    depth += 1
    defer { depth -= 1 }
    guard depth < 100 else { throw problem("it is nested too deeply") }
    let depth = indentation(row)
    if isItem(row, depth) { return try list(depth) }
    if lines[row][depth] == "?", isEnd(row, depth + 1) { throw problem("a key that begins with '?' is not read here") }
    if keyEnd(row, depth) != nil { return try map(depth) }
    let node = try value(at: depth, parent: column - 1)
    return node
  }

  /// Whether a column is behind the line's end or on a blank.
  func isEnd(_ row: Int, _ column: Int) -> Bool {
    column >= lines[row].count || [" ", "\t", "\r"].contains(lines[row][column])
  }

  private func isItem(_ row: Int, _ column: Int) -> Bool {
    column < lines[row].count && lines[row][column] == "-" && isEnd(row, column + 1)
  }

  private mutating func list(_ column: Int) throws(Problem) -> AnswerNode {
    let line = row + 1
    var items: [AnswerNode] = []
    while toContent(), indentation(row) == column, isItem(row, column) {
      lines[row][column] = " "
      let itemLine = row + 1
      var item: AnswerNode
      if isBlank(row, column) {
        row += 1
        item = try block(from: column + 1)
        if case .null = item.value { item.line = itemLine }
      } else {
        item = try scalarOrBlock(column)
      }
      items.append(item)
    }
    if row < lines.count, toContent(), indentation(row) > column { throw problem("the indentation fits nothing above") }
    return AnswerNode(line: line, value: .list(items))
  }

  /// An item behind its dash: a block scalar counts its indentation from the dash.
  private mutating func scalarOrBlock(_ column: Int) throws(Problem) -> AnswerNode {
    let start = indentation(row)
    if ["|", ">", "&", "!", "*"].contains(lines[row][start]), keyEnd(row, start) == nil {
      return try value(at: start, parent: column)
    }
    return try block(from: column + 1)
  }

  /// Whether nothing but blanks and a comment stands behind a column.
  func isBlank(_ row: Int, _ column: Int) -> Bool {
    guard let first = lines[row][min(column, lines[row].count)...].first(where: { !" \t\r".contains($0) }) else {
      return true
    }
    return first == "#"
  }

  private mutating func map(_ column: Int) throws(Problem) -> AnswerNode {
    let line = row + 1
    var members: [(key: String, node: AnswerNode)] = []
    while toContent(), indentation(row) == column {
      guard let end = keyEnd(row, column) else { throw problem("a colon and a blank are missing") }
      let keyRow = row
      let key = try Self.key(lines[row][column..<end], keyRow)
      var node = try member(behind: end + 1, column)
      node.line = keyRow + 1
      if key == "<<" {
        let others = node.members + node.items.flatMap(\.members)
        let own = Set(members.map(\.key))
        members += others.filter { !own.contains($0.key) }
      } else {
        members.append((key, node))
      }
    }
    if row < lines.count, toContent(), indentation(row) > column { throw problem("the indentation fits nothing above") }
    return AnswerNode(line: line, value: .object(members))
  }

  /// A member's value: behind the colon, or below; a list may stand as far left as its key.
  private mutating func member(behind start: Int, _ column: Int) throws(Problem) -> AnswerNode {
    guard isBlank(row, start) else { return try value(at: start, parent: column) }
    row += 1
    return try below(column)
  }

  /// What stands below a key of this column.
  mutating func below(_ column: Int) throws(Problem) -> AnswerNode {
    guard toContent() else { return AnswerNode(line: row, value: .null) }
    let depth = indentation(row)
    if depth == column, isItem(row, column) { return try list(column) }
    return depth > column ? try block(from: column + 1) : AnswerNode(line: row, value: .null)
  }

  private static func key(_ text: ArraySlice<Character>, _ row: Int) throws(Problem) -> String {
    let word = String(text).trimmingBlanks
    guard let quote = word.first, quote == "\"" || quote == "'" else {
      let plain = word.split(separator: " ").drop { $0.hasPrefix("&") || $0.hasPrefix("!") }
      return plain.joined(separator: " ")
    }
    var reader = YAMLReader(lines: [Array(word)])
    do throws(Problem) { return try reader.quoted(from: 0).text } catch {
      throw Problem(line: row + 1, message: error.message)
    }
  }

  /// The column of the colon that ends a key which begins at `column`; nil when no key does.
  func keyEnd(_ row: Int, _ column: Int) -> Int? {
    let line = lines[row]
    guard column < line.count, !"[{|>%@`".contains(line[column]) else { return nil }
    var index = column
    if line[column] == "\"" || line[column] == "'" {
      let quote = line[column]
      index += 1
      while index < line.count, line[index] != quote { index += quote == "\"" && line[index] == "\\" ? 2 : 1 }
      index += 1
      while index < line.count, line[index] == " " { index += 1 }
      return index < line.count && line[index] == ":" && isEnd(row, index + 1) ? index : nil
    }
    while index < line.count {
      if line[index] == ":", isEnd(row, index + 1) { return index }
      if line[index] == "#", index > column, line[index - 1] == " " { return nil }
      index += 1
    }
    return nil
  }
}
