/// Words quoted as in a POSIX shell, read and written without running one.
public enum ShellWords {
  /// Why a text cannot be split into words.
  public enum Problem: Error, Equatable, CustomStringConvertible {
    case unclosedQuote(Character)
    case trailingBackslash

    public var description: String {
      switch self {
      case .unclosedQuote(let quote): "the quote \(quote) is not closed"
      case .trailingBackslash: "a backslash stands at the end"
      }
    }
  }

  /// Splits at blanks; `'…'`, `"…"` and `\` quote as in a shell. No expansion of any kind.
  public static func split(_ text: String) throws(Problem) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var iterator = text.makeIterator()
    while let character = iterator.next() {
      switch (quote, character) {
      case ("'", "'"), ("\"", "\""):
        quote = nil
      case ("'", _):
        word?.append(character)
      case ("\"", "\\"):
        guard let next = iterator.next() else { throw .unclosedQuote("\"") }
        if !"\"\\$`\n".contains(next) { word?.append("\\") }
        if next != "\n" { word?.append(next) }
      case ("\"", _):
        word?.append(character)
      case (nil, "'"), (nil, "\""):
        quote = character
        word = word ?? ""
      case (nil, "\\"):
        guard let next = iterator.next() else { throw .trailingBackslash }
        if next != "\n" { word = (word ?? "") + String(next) }
      case (nil, _) where character.isWhitespace:
        if let done = word { words.append(done) }
        word = nil
      default:
        word = (word ?? "") + String(character)
      }
    }
    if let quote { throw .unclosedQuote(quote) }
    if let word { words.append(word) }
    return words
  }

  /// The word so that a shell reads it back as it is; plain words stay plain.
  public static func quote(_ word: String) -> String {
    let plain = word.unicodeScalars.allSatisfy { scalar in
      ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
        || "-_./:=,+@%^".unicodeScalars.contains(scalar)
    }
    if plain && !word.isEmpty { return word }
    return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }

  /// The words as one line, ready to paste.
  public static func join(_ words: [String]) -> String {
    words.map(quote).joined(separator: " ")
  }
}
