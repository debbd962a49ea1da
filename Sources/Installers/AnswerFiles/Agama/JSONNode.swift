import Model

/// A JSON value with its members in the order they were put in, so that the same answers give the same text.
///
/// Any string can be written: control characters become escapes, and nothing a value contains can become a member. (RFC 8259)
indirect enum JSONNode {
  case string(String)
  /// A value that people are never shown.
  case secret(Secret)
  case integer(Int64)
  case boolean(Bool)
  case list([JSONNode])
  case object([(key: String, value: JSONNode)])

  static func strings(_ values: [String]) -> JSONNode { .list(values.map { .string($0) }) }

  /// The value as text, indented; without `revealing` secrets are masked.
  func text(revealing: Bool) -> String { write(indent: "", revealing) + "\n" }

  private func write(indent: String, _ revealing: Bool) -> String {
    let inner = indent + "  "
    switch self {
    case .string(let value): return JSONNode.quoted(value)
    case .secret(let value): return JSONNode.quoted(revealing ? value.reveal() : "\(value)")
    case .integer(let value): return "\(value)"
    case .boolean(let value): return value ? "true" : "false"
    case .list(let values):
      guard !values.isEmpty else { return "[]" }
      let lines = values.map { inner + $0.write(indent: inner, revealing) }
      return "[\n" + lines.joined(separator: ",\n") + "\n\(indent)]"
    case .object(let members):
      guard !members.isEmpty else { return "{}" }
      let lines = members.map { "\(inner)\(JSONNode.quoted($0.key)): \($0.value.write(indent: inner, revealing))" }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
    }
  }

  static func quoted(_ value: String) -> String {
    var result = "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      // A byte-order mark inside a string is dropped by some readers.
      case _ where scalar.value < 0x20 || scalar.value == 0x7F || scalar.value == 0xFEFF:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
