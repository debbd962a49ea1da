/// A YAML document to be written: maps keep their order, every string is quoted.
///
/// Every scalar is JSON's, which YAML reads as it is, with non-ASCII characters escaped: no value can become a boolean, end a
/// line, begin a comment or a tag, whatever it contains. (YAML 1.2, 5.7 "Escaped Characters" and 10.2 "JSON Schema")
enum YAMLNode: Equatable, Sendable {
  case string(String)
  case integer(Int64)
  case boolean(Bool)
  case list([YAMLNode])
  /// Keys are ours or checked by a grammar, and quoted like values.
  case map([Entry])

  struct Entry: Equatable, Sendable {
    var key: String
    var value: YAMLNode

    init(_ key: String, _ value: YAMLNode) {
      self.key = key
      self.value = value
    }
  }

  /// A list of strings.
  static func strings(_ words: [String]) -> YAMLNode { .list(words.map { .string($0) }) }

  /// The document's lines, each ended.
  var text: String {
    guard let scalar = inline else { return lines.joined(separator: "\n") + "\n" }
    return scalar + "\n"
  }

  /// Scalars and empty collections, which stand behind their key.
  private var inline: String? {
    switch self {
    case .string(let text): YAMLNode.quoted(text)
    case .integer(let number): "\(number)"
    case .boolean(let isTrue): isTrue ? "true" : "false"
    case .list(let nodes): nodes.isEmpty ? "[]" : nil
    case .map(let entries): entries.isEmpty ? "{}" : nil
    }
  }

  private var lines: [String] {
    switch self {
    case .list(let nodes): nodes.flatMap { node in node.below("- ") }
    case .map(let entries): entries.flatMap { entry in entry.value.value(of: entry.key) }
    default: [inline ?? ""]
    }
  }

  /// The node as an item of a list: its first line behind the dash, the others below.
  private func below(_ mark: String) -> [String] {
    guard inline == nil else { return [mark + (inline ?? "")] }
    return lines.enumerated().map { index, line in (index == 0 ? mark : "  ") + line }
  }

  private func value(of key: String) -> [String] {
    let name = YAMLNode.key(key)
    if let inline { return ["\(name): \(inline)"] }
    return ["\(name):"] + lines.map { "  " + $0 }
  }

  /// Plain when it is a word of letters, so that people can read it; a few such words mean something else to YAML 1.1.
  private static func key(_ name: String) -> String {
    let isPlain = AnswerGrammar.matches(name, AnswerGrammar.letters + "-_", first: AnswerGrammar.letters)
    return isPlain && !["y", "n", "yes", "no", "on", "off", "true", "false", "null"].contains(name)
      ? name : quoted(name)
  }

  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where scalar.value >= 0x20 && scalar.value < 0x7F: result.unicodeScalars.append(scalar)
      case _ where scalar.value <= 0xFFFF: result += "\\u" + hexadecimal(scalar.value, digits: 4)
      default: result += "\\U" + hexadecimal(scalar.value, digits: 8)
      }
    }
    return result + "\""
  }

  private static func hexadecimal(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
