import Model

/// The keys of a YAML file's block maps with their lines: enough to look at a user's own file, far from all of YAML.
///
/// Flow maps (`{…}`), anchors and aliases are not followed; what is in a literal block is deeper than its key and never taken for one.
struct YAMLOutline {
  struct Entry {
    var key: String
    /// What stands behind the colon, without a comment and without quotes.
    var value: String
    /// Counted from 1.
    var line: Int
    /// The entry's own lines, below its first.
    var body: Range<Int>
  }

  let lines: [Substring]

  init(_ text: String) { lines = text.textLines }

  /// The map that the lines of `range` are, at the depth of its first key.
  func entries(in range: Range<Int>) -> [Entry] {
    guard let first = range.first(where: { isContent($0) }) else { return [] }
    let depth = indentation(first)
    var result: [Entry] = []
    for index in range where isContent(index) && indentation(index) == depth {
      guard let (key, value) = pair(lines[index]) else { continue }
      if let last = result.indices.last { result[last].body = result[last].body.lowerBound..<index }
      result.append(Entry(key: key, value: value, line: index + 1, body: (index + 1)..<range.upperBound))
    }
    return result
  }

  /// Every key at any depth, also those of maps in lists.
  var allPairs: [(key: String, value: String, line: Int)] {
    lines.indices.filter(isContent).compactMap { index in
      var text = lines[index].drop { $0 == " " }
      while text.hasPrefix("- ") { text = text.dropFirst(2).drop { $0 == " " } }
      return pair(text).map { ($0.key, $0.value, index + 1) }
    }
  }

  func indentation(_ index: Int) -> Int { lines[index].prefix { $0 == " " }.count }

  private func isContent(_ index: Int) -> Bool {
    let text = lines[index].drop { $0 == " " || $0 == "\t" }
    return !text.isEmpty && !text.hasPrefix("#") && text != "---" && text != "..."
  }

  private func pair(_ line: Substring) -> (key: String, value: String)? {
    let text = line.drop { $0 == " " }
    guard !text.hasPrefix("- "), text != "-", let colon = text.firstIndex(of: ":") else { return nil }
    let after = text[text.index(after: colon)...]
    guard after.isEmpty || after.first == " " || after.first == "\t" else { return nil }
    return (YAMLOutline.plain(text[..<colon]), YAMLOutline.plain(YAMLOutline.withoutComment(after)))
  }

  private static func withoutComment(_ text: Substring) -> Substring {
    let trimmed = text.drop { $0 == " " || $0 == "\t" }
    if trimmed.hasPrefix("#") { return "" }
    if let quote = trimmed.first, "\"'".contains(quote) { return trimmed }
    return trimmed.firstRange(of: " #").map { trimmed[..<$0.lowerBound] } ?? trimmed
  }

  private static func plain(_ text: Substring) -> String {
    let word = String(text).trimmingBlanks
    guard let quote = word.first, "\"'".contains(quote), word.count >= 2,
      let end = word.dropFirst().firstIndex(of: quote)
    else { return word }
    return String(word[word.index(after: word.startIndex)..<end])
  }
}
