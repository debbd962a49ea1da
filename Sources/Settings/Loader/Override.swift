package import Model

/// One value from the command line: `--set KEY=VALUE`, `--set [SECTION]KEY=VALUE`, or a flag.
package struct Override: Sendable, Equatable {
  /// nil: the image that is asked for.
  package var section: String?
  package var key: String
  package var value: String
  /// What the user typed: `--image-size`.
  package var origin: String

  package init(key: String, value: String, section: String? = nil, origin: String) {
    self.key = key.lowercased()
    self.value = value
    self.section = section
    self.origin = origin
  }

  /// Reads the argument of `--set`.
  package static func parse(_ text: String) -> Result<Override, FactoryError> {
    var rest = text[...]
    var section: String?
    if rest.first == "[", let end = rest.firstIndex(of: "]") {
      section = String(rest[rest.index(after: rest.startIndex)..<end])
      rest = rest[rest.index(after: end)...]
    }
    guard let equals = rest.firstIndex(of: "="), section != "" else { return .failure(usage(text)) }
    let key = rest[..<equals].trimmingBlanks
    guard !key.isEmpty else { return .failure(usage(text)) }
    let value = rest[rest.index(after: equals)...].trimmingBlanks
    return .success(Override(key: key, value: value, section: section, origin: "--set"))
  }

  private static func usage(_ text: String) -> FactoryError {
    // What follows '=' may be a password hash.
    let shown = text.prefix { $0 != "=" }.printable
    return FactoryError(
      .usage, "'--set \(shown)' names no key and value", hint: "write --set KEY=VALUE or --set '[SECTION]KEY=VALUE'")
  }
}
