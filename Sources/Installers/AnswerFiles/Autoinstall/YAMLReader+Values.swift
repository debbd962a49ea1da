import Model

extension YAMLReader {
  /// A value behind its key or dash: a scalar, an alias, a flow; `parent` is the column that its further lines are deeper than.
  mutating func value(at column: Int, parent: Int) throws(Problem) -> AnswerNode {
    let line = row + 1
    var column = column
    while column < lines[row].count, " \t".contains(lines[row][column]) { column += 1 }
    guard column < lines[row].count, !isBlank(row, column) else {
      row += 1
      return try below(parent)
    }
    if lines[row][column] == "-", isEnd(row, column + 1) { throw problem("a list begins in a line of its own") }
    switch lines[row][column] {
    case "&", "!":
      let word = String(lines[row][column...].prefix { !$0.isWhitespace })
      var node = try value(at: column + word.count, parent: parent)
      node.line = line
      if word.first == "&" { anchors[String(word.dropFirst())] = node } else { node = Self.tagged(node, word) }
      return node
    case "*":
      let name = String(lines[row][(column + 1)...].prefix { !$0.isWhitespace })
      guard let node = anchors[name] else { throw problem("nothing has the anchor '\(name.printable)'") }
      try end(behind: column + 1 + name.count)
      return node
    case "|", ">": return try literal(column, parent: parent)
    case "\"", "'":
      let (text, behind) = try quoted(from: column)
      try end(behind: behind)
      return AnswerNode(line: line, value: .string(text))
    case "[", "{":
      let (node, behind) = try flow(from: column)
      try end(behind: behind)
      return node
    case "@", "`", "%": throw problem("a value cannot begin with '\(lines[row][column])'")
    default: return AnswerNode(line: line, value: YAMLScalar.value(try plain(column, parent: parent)))
    }
  }

  /// A tag of YAML's own that says text makes text; what others make is not known.
  static func tagged(_ node: AnswerNode, _ tag: String) -> AnswerNode {
    var node = node
    switch tag {
    case "!!map", "!!seq": break
    case "!!str": if node.string == nil { node.value = .string("") }
    default: node.value = .unknown
    }
    return node
  }

  /// Nothing but a comment may follow; goes to the next line.
  private mutating func end(behind column: Int) throws(Problem) {
    guard isBlank(row, column) else { throw problem("something follows the end of the value") }
    row += 1
  }

  /// A scalar without quotes, folded over the lines that are deeper than `parent`.
  private mutating func plain(_ column: Int, parent: Int) throws(Problem) -> String {
    var words: [String] = []
    var start = column
    repeat {
      let rest = lines[row][start...]
      var end = rest.endIndex
      for index in rest.indices.dropFirst() where rest[index] == "#" && rest[index - 1] == " " {
        end = index
        break
      }
      let text = String(rest[..<end]).trimmingBlanks
      if text.contains(": ") || text.hasSuffix(":") { throw problem("a second colon in one line needs quotes") }
      words.append(text)
      row += 1
      if end < rest.endIndex || !toContent() || indentation(row) <= parent { break }
      start = indentation(row)
    } while true
    return words.joined(separator: " ")
  }

  /// A block of text below `|` or `>`; whether its lines are folded makes no difference here.
  private mutating func literal(_ column: Int, parent: Int) throws(Problem) -> AnswerNode {
    let line = row + 1
    let head = lines[row][(column + 1)...].prefix { !" \t\r#".contains($0) }
    guard head.allSatisfy({ "+-123456789".contains($0) }), isBlank(row, column + 1 + head.count) else {
      throw problem("'\(String(head).printable)' says nothing about a block of text")
    }
    row += 1
    var text: [String] = []
    while row < lines.count {
      let isEmpty = lines[row].allSatisfy { " \t\r".contains($0) }
      if !isEmpty, indentation(row) <= parent { break }
      text.append(String(lines[row].dropFirst(parent + 1)))
      row += 1
    }
    return AnswerNode(line: line, value: .string(text.joined(separator: "\n")))
  }

  /// A text in quotes that may go over several lines, and the column behind it; escapes are left as they are but for quotes.
  mutating func quoted(from column: Int) throws(Problem) -> (text: String, behind: Int) {
    let start = row
    let quote = lines[row][column]
    var text = ""
    var index = column + 1
    while true {
      guard index < lines[row].count else {
        row += 1
        index = 0
        text.append(" ")
        guard row < lines.count else {
          throw Problem(line: start + 1, message: "the quote is not closed")
        }
        while index < lines[row].count, lines[row][index] == " " { index += 1 }
        continue
      }
      let character = lines[row][index]
      if character == "\\", quote == "\"", index + 1 < lines[row].count {
        text.append(contentsOf: lines[row][index + 1] == "\"" ? "\"" : "\\\(lines[row][index + 1])")
        index += 2
      } else if character == quote {
        guard quote == "'", index + 1 < lines[row].count, lines[row][index + 1] == "'" else { return (text, index + 1) }
        text.append("'")
        index += 2
      } else {
        text.append(character)
        index += 1
      }
    }
  }
}
