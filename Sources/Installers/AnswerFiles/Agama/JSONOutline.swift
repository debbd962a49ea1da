import Model

/// A JSON text with the places of its members, as far as a look at a user's profile needs them.
struct JSONOutline {
  typealias Value = AnswerNode.Value
  typealias Node = AnswerNode

  struct Problem: Error {
    var line: Int
    var column: Int
    var message: String
  }

  private let scalars: [Unicode.Scalar]
  private var index = 0
  private var line = 1
  private var lineStart = 0
  private var depth = 0

  private init(_ text: String) { scalars = Array(text.unicodeScalars) }

  /// Reads the whole text; throws a ``Problem`` with its place.
  static func read(_ text: String) throws -> Node {
    var reader = JSONOutline(text)
    let node = try reader.value()
    reader.skipBlanks()
    if reader.index < reader.scalars.count { throw reader.problem("something follows the end") }
    return node
  }

  private func problem(_ message: String) -> Problem {
    Problem(line: line, column: index - lineStart + 1, message: message)
  }

  private mutating func skipBlanks() {
    while index < scalars.count, [" ", "\t", "\n", "\r"].contains(scalars[index]) {
      if scalars[index] == "\n" {
        line += 1
        lineStart = index + 1
      }
      index += 1
    }
  }

  private mutating func value() throws -> Node {
    skipBlanks()
    let start = line
    guard index < scalars.count else { throw problem("the text ends too early") }
    depth += 1
    defer { depth -= 1 }
    guard depth < 100 else { throw problem("it is nested too deeply") }
    switch scalars[index] {
    case "{": return Node(line: start, value: .object(try members()))
    case "[": return Node(line: start, value: .list(try items()))
    case "\"": return Node(line: start, value: .string(try string()))
    default: return Node(line: start, value: try word())
    }
  }

  private mutating func members() throws -> [(key: String, node: Node)] {
    var result: [(key: String, node: Node)] = []
    index += 1
    skipBlanks()
    if take("}") { return result }
    repeat {
      skipBlanks()
      guard index < scalars.count, scalars[index] == "\"" else { throw problem("a name in quotes is missing") }
      let start = line
      let key = try string()
      skipBlanks()
      guard take(":") else { throw problem("a colon is missing after '\(key.printable)'") }
      var node = try value()
      node.line = start
      result.append((key, node))
      skipBlanks()
    } while take(",")
    guard take("}") else { throw problem("a comma or '}' is missing") }
    return result
  }

  private mutating func items() throws -> [Node] {
    var result: [Node] = []
    index += 1
    skipBlanks()
    if take("]") { return result }
    repeat {
      result.append(try value())
      skipBlanks()
    } while take(",")
    guard take("]") else { throw problem("a comma or ']' is missing") }
    return result
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard index < scalars.count, scalars[index] == scalar else { return false }
    index += 1
    return true
  }

  /// Escapes are read only as far as names need them: what is unknown stays as it is.
  private mutating func string() throws -> String {
    var result = String.UnicodeScalarView()
    index += 1
    while index < scalars.count, scalars[index] != "\"" {
      guard scalars[index].value >= 0x20 else { throw problem("a string is not closed in its line") }
      if scalars[index] == "\\", index + 1 < scalars.count {
        index += 1
        result.append(scalars[index] == "n" ? "\n" : scalars[index])
      } else {
        result.append(scalars[index])
      }
      index += 1
    }
    guard take("\"") else { throw problem("a string is not closed") }
    return String(result)
  }

  private mutating func word() throws -> Value {
    let start = index
    let allowed = "-+.0123456789abcdefghijklmnopqrstuvwxyzE".unicodeScalars
    while index < scalars.count, allowed.contains(scalars[index]) { index += 1 }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars[start..<index])
    switch String(view) {
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    case "null": return .null
    case let number where Double(number) != nil: return Int64(number).map(Value.integer) ?? .number
    default:
      index = start
      throw problem("'\(String(view).isEmpty ? String(scalars[start]).printable : String(view))' is no value")
    }
  }
}
