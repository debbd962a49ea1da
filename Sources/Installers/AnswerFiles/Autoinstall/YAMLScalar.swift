import Model

/// What a plain word of YAML means to PyYAML, with which cloud-init and the installer read: YAML 1.1's booleans and numbers.
enum YAMLScalar {
  /// (yaml.org/type: bool, int, float, null, timestamp)
  static func value(_ word: String) -> AnswerNode.Value {
    if nulls.contains(word) { return .null }
    if trues.contains(word) { return .boolean(true) }
    if falses.contains(word) { return .boolean(false) }
    guard let first = word.unicodeScalars.first, "-+.0123456789".unicodeScalars.contains(first) else {
      return .string(word)
    }
    if let number = integer(word) { return .integer(number) }
    if isNumber(word) { return .number }
    return isDate(word) ? .unknown : .string(word)
  }

  private static let nulls: Set<String> = ["", "~", "null", "Null", "NULL"]
  private static let trues = spellings(["yes", "true", "on"])
  private static let falses = spellings(["no", "false", "off"])

  private static func spellings(_ words: [String]) -> Set<String> {
    Set(words.flatMap { [$0, $0.uppercased(), $0.prefix(1).uppercased() + $0.dropFirst()] })
  }

  private static func integer(_ word: String) -> Int64? {
    let unsigned = word.first == "-" || word.first == "+" ? word.dropFirst() : word[...]
    guard unsigned.first?.isNumber == true else { return nil }
    let digits = unsigned.filter { $0 != "_" }
    let sign: Int64 = word.first == "-" ? -1 : 1
    if digits.hasPrefix("0x") { return Int64(digits.dropFirst(2), radix: 16).map { sign * $0 } }
    if digits.hasPrefix("0b") { return Int64(digits.dropFirst(2), radix: 2).map { sign * $0 } }
    if digits.first == "0", digits.count > 1 { return Int64(digits, radix: 8).map { sign * $0 } }
    let parts = digits.split(separator: ":", omittingEmptySubsequences: false)
    // Hours, minutes and seconds: 1:30 is 90.
    if parts.count > 1, parts[0].first != "0" {
      let numbers = parts.compactMap { Int64($0) }
      guard numbers.count == parts.count, numbers.count < 6, numbers.dropFirst().allSatisfy({ $0 < 60 }) else {
        return nil
      }
      return sign * numbers.reduce(0) { $0 &* 60 &+ $1 }
    }
    return AnswerGrammar.matches(digits, AnswerGrammar.digits) ? Int64(digits).map { sign * $0 } : nil
  }

  /// A fraction, or an integer that is too large; an exponent needs its sign.
  private static func isNumber(_ word: String) -> Bool {
    let bare = word.filter { $0 != "_" }
    if AnswerGrammar.matches(bare, AnswerGrammar.digits + "+-") { return Double(bare) != nil }
    guard bare.contains("."), AnswerGrammar.matches(bare, AnswerGrammar.digits + "+-.eE") else { return false }
    if let exponent = bare.firstIndex(where: { "eE".contains($0) }) {
      let sign = bare.index(after: exponent)
      guard sign < bare.endIndex, "+-".contains(bare[sign]) else { return false }
    }
    return Double(bare) != nil || Double(bare + "0") != nil
  }

  private static func isDate(_ word: String) -> Bool {
    let parts = word.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[0].count == 4, Int(parts[0]) != nil, (1...2).contains(parts[1].count) else {
      return false
    }
    return Int(parts[1]) != nil && Int(parts[2].prefix { $0.isNumber }) != nil
      && parts[2].allSatisfy { $0.isNumber || "T:. Z+t".contains($0) }
  }
}
