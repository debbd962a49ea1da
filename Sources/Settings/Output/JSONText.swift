/// Writes JSON text: the room has no need of more than objects, lists, strings and numbers.
package indirect enum JSONText: Sendable, Equatable {
  case string(String)
  case number(Int)
  case boolean(Bool)
  case list([JSONText])
  /// Keys in the order given.
  case object([(String, JSONText)])

  package static func == (left: JSONText, right: JSONText) -> Bool { left.text() == right.text() }

  /// The value over several lines, two blanks deeper a level, without a line end at the end.
  package func text(depth: Int = 0) -> String {
    let inner = String(repeating: "  ", count: depth + 1)
    let outer = String(repeating: "  ", count: depth)
    switch self {
    case .string(let text): return JSONText.quote(text)
    case .number(let number): return "\(number)"
    case .boolean(let value): return value ? "true" : "false"
    case .list(let items) where items.isEmpty: return "[]"
    case .list(let items):
      return "[\n" + items.map { inner + $0.text(depth: depth + 1) }.joined(separator: ",\n") + "\n\(outer)]"
    case .object(let members) where members.isEmpty: return "{}"
    case .object(let members):
      let lines = members.map { "\(inner)\(JSONText.quote($0.0)): \($0.1.text(depth: depth + 1))" }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
    }
  }

  /// A string literal; control characters escaped, everything else as it is (RFC 8259, section 7).
  static func quote(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value):
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
