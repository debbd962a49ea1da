/// Why the helper does not do what it is asked.
package struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
  /// Lower case, no full stop, the caller's words in quotes and cut.
  package let description: String

  /// A refusal; control characters and anything beyond ASCII in `text` are replaced.
  package init(_ text: String) { description = Refusal.printable(text) }

  /// The text in printable ASCII, at most 300 characters: it goes to a terminal and to the system log.
  package static func printable(_ text: String) -> String {
    let shown = text.utf8.prefix(300).map { $0 >= 0x20 && $0 < 0x7F ? $0 : UInt8(ascii: "?") }
    return String(decoding: shown, as: UTF8.self)
  }

  static func unfit(_ text: String, _ rule: ArgumentRule) -> Refusal {
    Refusal("'\(text.prefix(100))' is no \(rule.name)")
  }
}
