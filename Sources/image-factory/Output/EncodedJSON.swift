import Foundation

/// Values as JSON text, keys sorted so that two runs can be compared.
enum EncodedJSON {
  /// On one line, for streams of objects.
  static func line(_ value: some Encodable) -> String { text(value, lines) }

  /// Indented, for one document.
  static func document(_ value: some Encodable) -> String {
    text(value, documents)
  }

  // Kept: a traced installation has hundreds of thousands of lines.
  private static let lines = encoder([.sortedKeys, .withoutEscapingSlashes])
  private static let documents = encoder([.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])

  private static func encoder(_ formatting: JSONEncoder.OutputFormatting) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting
    return encoder
  }

  private static func text(_ value: some Encodable, _ encoder: JSONEncoder) -> String {
    guard let data = try? encoder.encode(value) else { return "{}" }
    return String(decoding: data, as: UTF8.self)
  }
}
