import Model

extension YAMLReader {
  /// A map or list in brackets that may go over several lines, and the column behind it.
  mutating func flow(from column: Int, depth: Int = 0) throws(Problem) -> (node: AnswerNode, behind: Int) {
    guard depth < 100 else { throw problem("it is nested too deeply") }
    let isMap = lines[row][column] == "{"
    let close: Character = isMap ? "}" : "]"
    let line = row + 1
    var members: [(key: String, node: AnswerNode)] = []
    var items: [AnswerNode] = []
    var column = column + 1
    while true {
      try skip(&column)
      if lines[row][column] == close {
        return (AnswerNode(line: line, value: isMap ? .object(members) : .list(items)), column + 1)
      }
      let keyLine = row + 1
      let isQuoted = "\"'".contains(lines[row][column])
      let first = try flowValue(&column, depth)
      try skip(&column)
      let hasValue =
        lines[row][column] == ":" && (isQuoted || isEnd(row, column + 1) || ",}]".contains(lines[row][column + 1]))
      if hasValue {
        column += 1
        try skip(&column)
        var node = AnswerNode(line: keyLine, value: .null)
        if lines[row][column] != ",", lines[row][column] != close { node = try flowValue(&column, depth) }
        node.line = keyLine
        let key = first.string ?? Self.name(first)
        if isMap {
          members.append((key, node))
        } else {
          items.append(AnswerNode(line: keyLine, value: .object([(key, node)])))
        }
      } else if isMap {
        members.append((first.string ?? Self.name(first), AnswerNode(line: keyLine, value: .null)))
      } else {
        items.append(first)
      }
      try skip(&column)
      if lines[row][column] == "," {
        column += 1
      } else if lines[row][column] != close {
        throw problem("a comma or '\(close)' is missing")
      }
    }
  }

  /// The name of a key that reads as something else than text.
  private static func name(_ node: AnswerNode) -> String {
    switch node.value {
    case .boolean(let isTrue): isTrue ? "true" : "false"
    case .integer(let number): "\(number)"
    default: ""
    }
  }

  private mutating func flowValue(_ column: inout Int, _ depth: Int) throws(Problem) -> AnswerNode {
    let line = row + 1
    switch lines[row][column] {
    case "[", "{":
      let (node, behind) = try flow(from: column, depth: depth + 1)
      column = behind
      return node
    case "\"", "'":
      let (text, behind) = try quoted(from: column)
      column = behind
      return AnswerNode(line: line, value: .string(text))
    case "&", "!":
      let word = String(lines[row][column...].prefix { !$0.isWhitespace && !",]}".contains($0) })
      column += word.count
      try skip(&column)
      let node = try flowValue(&column, depth)
      if word.first == "&" { anchors[String(word.dropFirst())] = node }
      return word.first == "&" ? node : Self.tagged(node, word)
    case "*":
      let name = String(lines[row][(column + 1)...].prefix { !$0.isWhitespace && !",]}".contains($0) })
      column += 1 + name.count
      guard let node = anchors[name] else { throw problem("nothing has the anchor '\(name.printable)'") }
      return node
    default: return AnswerNode(line: line, value: YAMLScalar.value(flowPlain(&column)))
    }
  }

  /// A word without quotes, as far as a comma, a bracket, a colon before a blank or a comment; in one line.
  private func flowPlain(_ column: inout Int) -> String {
    let line = lines[row]
    let start = column
    while column < line.count, !",[]{}".contains(line[column]) {
      if line[column] == ":", isEnd(row, column + 1) || ",]}".contains(line[column + 1]) { break }
      if line[column] == "#", column > start, line[column - 1] == " " { break }
      column += 1
    }
    return String(line[start..<column]).trimmingBlanks
  }

  /// Over blanks, comments and line ends to something; throws at the end of the text.
  private mutating func skip(_ column: inout Int) throws(Problem) {
    while true {
      while column < lines[row].count, " \t\r".contains(lines[row][column]) { column += 1 }
      if column < lines[row].count, lines[row][column] != "#" { return }
      guard row + 1 < lines.count else { throw problem("a bracket is not closed") }
      row += 1
      column = 0
    }
  }
}
