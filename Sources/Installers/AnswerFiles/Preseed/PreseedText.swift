import Model

/// The lines of a preseed file, each value checked so that it arrives in the installer's database byte for byte.
///
/// What cannot arrive, and is refused: control characters and line ends (one question is one line), blanks at the ends
/// (debconf-set-selections cuts them), and backslashes (delivered in the initrd, cdebconf reads `\n` in a value as a line
/// end when the next process loads the database, and a `\` at the end joins lines).
struct PreseedText {
  private(set) var lines: [String] = []
  private var keys: Set<String> = []
  private let request: RenderRequest

  init(_ request: RenderRequest) { self.request = request }

  var text: String { lines.joined(separator: "\n") + "\n" }

  /// A line for people.
  mutating func comment(_ text: String) { lines.append("# " + text) }

  /// One answer; `setting` is the name in the config that it comes from.
  ///
  /// Throws a `FactoryError` that names the setting when the value cannot be written.
  mutating func add(
    _ key: String, _ type: String, _ value: String = "", owner: String = "d-i", from setting: String = "answers"
  ) throws {
    guard keys.insert(key).inserted else {
      throw FactoryError(.unexpected, "the preseed would answer '\(key)' twice")
    }
    if let problem = PreseedText.problem(of: value) {
      throw request.problem(setting, "'\(value.printable)' \(problem)")
    }
    lines.append(value.isEmpty ? "\(owner) \(key) \(type)" : "\(owner) \(key) \(type) \(value)")
  }

  /// Why the value would not arrive as it is; nil when it would.
  static func problem(of value: String) -> String? {
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\n", "\r": return "contains a line end, which a preseed value cannot hold"
      case "\\": return "contains a backslash, which the installer would change"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        return "contains a control character, which a preseed value cannot hold"
      default: continue
      }
    }
    if value.first?.isWhitespace == true || value.last?.isWhitespace == true {
      return "begins or ends with a blank, which the installer would cut off"
    }
    return nil
  }
}
