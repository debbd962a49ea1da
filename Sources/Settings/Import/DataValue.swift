/// A value of a JSON or TOML document; members keep their order.
indirect enum DataValue: Sendable {
  case object([(key: String, value: DataValue)])
  case list([DataValue])
  case string(String)
  /// As written.
  case number(String)
  case boolean(Bool)
  case null

  /// What kind of value it is, for messages.
  var kind: String {
    switch self {
    case .object: "an object"
    case .list: "a list"
    case .string: "a text"
    case .number: "a number"
    case .boolean: "true or false"
    case .null: "null"
    }
  }

  /// A text, or a number as it is written.
  var word: String? {
    switch self {
    case .string(let text), .number(let text): text
    default: nil
    }
  }
}

/// Why a document cannot be read.
struct DocumentProblem: Error, Equatable {
  var message: String
  /// Counted from 1.
  var line: Int
}

/// Steps through a text scalar by scalar, counting lines; the base of both readers.
struct DocumentCursor {
  private let scalars: [Unicode.Scalar]
  private(set) var index = 0
  private(set) var line = 1

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  func peek(_ offset: Int) -> Unicode.Scalar? {
    index + offset < scalars.count ? scalars[index + offset] : nil
  }

  mutating func advance() {
    if next == "\n" { line += 1 }
    index += 1
  }

  /// Steps over `word` when it stands here.
  mutating func skip(_ word: String) -> Bool {
    let wanted = Array(word.unicodeScalars)
    guard index + wanted.count <= scalars.count, Array(scalars[index..<(index + wanted.count)]) == wanted else {
      return false
    }
    for _ in wanted { advance() }
    return true
  }

  mutating func take(while isWanted: (Unicode.Scalar) -> Bool) -> String {
    var text = String.UnicodeScalarView()
    while let scalar = next, isWanted(scalar) {
      text.append(scalar)
      advance()
    }
    return String(text)
  }

  /// Four or eight hexadecimal digits as a scalar.
  mutating func scalar(digits: Int) throws(DocumentProblem) -> Unicode.Scalar {
    var code: UInt32 = 0
    for _ in 0..<digits {
      guard let digit = next.flatMap({ Character($0).hexDigitValue }) else { throw problem("a broken \\u escape") }
      code = code << 4 | UInt32(digit)
      advance()
    }
    if digits == 4, (0xD800..<0xDC00).contains(code), skip("\\u") {
      let low = try scalarCode()
      guard (0xDC00..<0xE000).contains(low) else { throw problem("half of a character") }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw problem("an escape that is no character") }
    return scalar
  }

  private mutating func scalarCode() throws(DocumentProblem) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = next.flatMap({ Character($0).hexDigitValue }) else { throw problem("a broken \\u escape") }
      code = code << 4 | UInt32(digit)
      advance()
    }
    return code
  }

  func problem(_ message: String) -> DocumentProblem { DocumentProblem(message: message, line: line) }
}
