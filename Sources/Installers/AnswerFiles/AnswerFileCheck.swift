import Model

/// Reads a user's own answer file for what is known to go wrong, without changing it.
enum AnswerFileCheck {
  /// A preseed file: missing and unknown types, literal line ends, keys answered twice.
  static func preseed(_ text: String, file: String) -> [Finding] {
    var findings: [Finding] = []
    var first: [String: Int] = [:]
    for (number, line) in logicalLines(text) {
      func warn(_ message: String, hint: String? = nil) {
        findings.append(.warning(message, hint: hint, at: SourceLocation(file: file, line: number)))
      }
      let words = line.split(maxSplits: 3, whereSeparator: \.isWhitespace).map(String.init)
      guard words.count >= 2 else {
        warn("'\(line.printable)' is no answer", hint: "an answer is 'owner question type value'")
        continue
      }
      let key = words[1]
      if words.count < 3 {
        warn("'\(key.printable)' has no type", hint: "write '\(words[0].printable) \(key.printable) string VALUE'")
      } else if !types.contains(words[2]) {
        warn(
          "'\(words[2].printable)' is no type, the answer to '\(key.printable)' is lost", hint: "is the type missing?")
      }
      if words.count == 4, words[3].contains("\\n") {
        warn(
          "'\(key.printable)' contains '\\n', which becomes a line end and cuts the value when the file is in the initrd",
          hint: "put the commands into a script of their own")
      }
      if words.count >= 3, words[2] == "seen" { continue }
      if let earlier = first[key] {
        warn("'\(key.printable)' was answered in line \(earlier) already; the last answer counts")
      } else {
        first[key] = number
      }
    }
    return findings
  }

  /// The types that debconf knows, and `seen`, which sets a flag. (debconf-devel(7))
  private static let types: Set<String> = [
    "string", "boolean", "select", "multiselect", "note", "text", "password", "title", "error", "seen",
  ]

  /// Lines without comments and empty ones, those ending in a backslash joined; numbered by their first line.
  private static func logicalLines(_ text: String) -> [(Int, String)] {
    var result: [(Int, String)] = []
    var open: (Int, String)?
    for (index, line) in text.textLines.enumerated() {
      if open == nil, line.trimmingBlanks.isEmpty || line.trimmingBlanks.hasPrefix("#") { continue }
      let continues = line.hasSuffix("\\")
      let part = continues ? String(line.dropLast()) : String(line)
      let whole = (open?.0 ?? index + 1, (open?.1 ?? "") + part)
      open = continues ? whole : nil
      if !continues { result.append(whole) }
    }
    if let open { result.append(open) }
    return result
  }
}
