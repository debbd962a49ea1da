extension StringProtocol {
  /// The lines, empty ones included; `\r\n` is one line end (and one `Character`, which a split at `\n` would miss).
  var textLines: [SubSequence] {
    split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" })
  }
}

extension String {
  /// The first place where `part` stands; the standard library has no such search without Foundation.
  func range(of part: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
      start = index(after: start)
    }
    return nil
  }
}
