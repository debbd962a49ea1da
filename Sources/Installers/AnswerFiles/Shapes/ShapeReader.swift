/// Reads the notation of ``AnswerShapes``.
struct ShapeReader {
  private let tokens: [String]
  private var index = 0
  private(set) var mistakes: [String] = []
  private var used: Set<String> = []

  init(_ table: String) { tokens = ShapeReader.tokens(table) }

  private static func tokens(_ table: String) -> [String] {
    var tokens: [String] = []
    for line in table.split(separator: "\n") where !line.drop(while: { $0 == " " }).hasPrefix("#") {
      var word = ""
      var isQuoted = false
      for character in line {
        if character == "'" { isQuoted.toggle() }
        if !isQuoted, "{}[]<>()|:=!*+@~ ".contains(character) {
          if !word.isEmpty { tokens.append(word) }
          word = ""
          if character != " " { tokens.append(String(character)) }
        } else {
          word.append(character)
        }
      }
      if !word.isEmpty { tokens.append(word) }
    }
    return tokens
  }

  /// All definitions; what cannot be read is in ``mistakes``.
  mutating func read() -> [String: AnswerShape] {
    var result: [String: AnswerShape] = [:]
    while let name = next() {
      guard take("=") else {
        fail("no '=' after '\(name)'")
        break
      }
      let shape = self.shape()
      if result.updateValue(shape, forKey: name) != nil { mistakes.append("'\(name)' is defined twice") }
    }
    mistakes += used.subtracting(result.keys).sorted().map { "'\($0)' is not defined" }
    return result
  }

  private var peek: String? { index < tokens.count ? tokens[index] : nil }

  private mutating func next() -> String? {
    defer { index += 1 }
    return peek
  }

  private mutating func take(_ token: String) -> Bool {
    guard peek == token else { return false }
    index += 1
    return true
  }

  /// Nothing behind a mistake is read.
  private mutating func fail(_ message: String) {
    if mistakes.isEmpty { mistakes.append("\(message) (word \(index))") }
    index = tokens.count
  }

  private mutating func shape() -> AnswerShape {
    var shapes = [single()]
    while take("|") { shapes.append(single()) }
    return shapes.count == 1 ? shapes[0] : .either(shapes)
  }

  private mutating func single() -> AnswerShape {
    if take("[") {
      let item = self.shape()
      if !take("]") { fail("no ']'") }
      return .list(item, isFilled: take("+"))
    }
    if take("<") { return .elements(members(until: ">").members, isFilled: take("+")) }
    if take("{") { return .map(members(until: "}")) }
    if take("~") {
      if let form = next().flatMap(AnswerShape.TextForm.init(rawValue:)) { return .formed(form) }
      fail("no such form")
      return .any
    }
    guard let word = next(), word.count > 1 || word.first?.isLetter == true else {
      fail("no shape")
      return .any
    }
    return named(word)
  }

  private mutating func named(_ word: String) -> AnswerShape {
    if word.hasPrefix("#"), let number = Int64(word.dropFirst()) { return .integer(minimum: number, maximum: number) }
    if word.hasPrefix("'") { return .word(String(word.dropFirst().dropLast())) }
    if let simple = ShapeReader.simple[word] { return simple }
    used.insert(word)
    return .named(word)
  }

  private static let simple: [String: AnswerShape] = [
    "any": .any, "text": .text, "raw": .raw, "bool": .boolean, "true": .yes, "symbol": .symbol, "null": .null,
    "int": .integer(minimum: nil), "natural": .integer(minimum: 0), "positive": .integer(minimum: 1),
  ]

  private mutating func members(until end: String) -> AnswerShape.Map {
    var map = AnswerShape.Map()
    while let name = next() {
      if name == end { return map }
      if name == "..." {
        map.isOpen = true
        continue
      }
      if name == "one", take("(") {
        while let choice = next(), choice != ")" { map.oneOf.append(choice) }
        continue
      }
      guard name.first?.isLetter == true || name.first?.isNumber == true else {
        fail("'\(name)' is no name")
        return map
      }
      var member = AnswerShape.Member(name: name, shape: .text)
      if take("@") { member.since = next() }
      member.isRequired = take("!")
      member.repeats = take("*")
      if take(":") { member.shape = shape() }
      map.members.append(member)
    }
    fail("no '\(end)'")
    return map
  }
}
