import Model

/// Compares a JSON or YAML value with its shape.
struct ShapeCheck {
  let shapes: AnswerShapes
  /// Whether the release knows a member that `since` brought.
  let knows: (String) -> Bool
  private(set) var problems: [ShapeProblem] = []

  /// `knows`: whether the release that the file is for has what the release of that name brought.
  init(_ shapes: AnswerShapes, knows: @escaping (String) -> Bool = { _ in true }) {
    self.shapes = shapes
    self.knows = knows
  }

  /// Looks at the value of a member of this name.
  mutating func check(_ node: AnswerNode, _ name: String, _ shape: AnswerShape) {
    if case .unknown = node.value { return }
    let fitting = shapes.alternatives(shape)
    let alike = fitting.filter { Self.isAlike($0, node) }
    guard !alike.isEmpty else {
      return report(node, name, "'\(name.printable)' is \(node.kind), and has to be \(Self.kinds(fitting))")
    }
    let tries = alike.map { shape in
      var check = ShapeCheck(shapes, knows: knows)
      check.compare(node, name, shape)
      return check.problems
    }
    // Words that may stand there are told together.
    if alike.count > 1, !tries.contains(where: \.isEmpty), !alike.contains(where: { !Self.isWord($0) }) {
      return report(node, name, "'\(name.printable)' is none of \(ShapeText.choice(Self.words(alike)))")
    }
    // Which of several maps was meant is told by its own names, not by how much is wrong below them.
    let strange = alike.map { Self.strangeNames($0, node) }
    let likely = tries.indices.min { (strange[$0], tries[$0].count) < (strange[$1], tries[$1].count) }
    if let likely, !tries.contains(where: \.isEmpty) { problems += tries[likely] }
  }

  /// How many names of a map are unknown or missing.
  private static func strangeNames(_ shape: AnswerShape, _ node: AnswerNode) -> Int {
    guard case .map(let map) = shape else { return 0 }
    let names = Set(node.members.map(\.key))
    return (map.isOpen ? 0 : names.subtracting(map.members.map(\.name)).count)
      + map.members.filter { $0.isRequired && !names.contains($0.name) }.count
  }

  private mutating func report(_ node: AnswerNode, _ name: String, _ message: String, hint: String? = nil) {
    problems.append(ShapeProblem(line: node.line, name: name, message: message, hint: hint))
  }

  private mutating func compare(_ node: AnswerNode, _ name: String, _ shape: AnswerShape) {
    switch (shape, node.value) {
    case (.word(let word), .string(let text)) where word != text:
      report(node, name, "'\(name.printable)' is not '\(word)'")
    case (.yes, .boolean(false)): report(node, name, "'\(name.printable)' cannot be false")
    case (.formed(let form), .string(let text)) where !form.matches(text):
      report(node, name, "'\(name.printable)' is no \(form.rawValue)")
    case (.integer(let minimum?, _), .integer(let number)) where number < minimum:
      report(node, name, "'\(name.printable)' is less than \(minimum)")
    case (.integer(_, let maximum?), .integer(let number)) where number > maximum:
      report(node, name, "'\(name.printable)' is more than \(maximum)")
    case (.list(let item, let isFilled), .list(let nodes)):
      if isFilled, nodes.isEmpty { report(node, name, "'\(name.printable)' is an empty list") }
      for node in nodes { check(node, name, item) }
    case (.map(let map), .object(let members)): compare(node, name, members, map)
    default: break
    }
  }

  private mutating func compare(
    _ node: AnswerNode, _ name: String, _ members: [(key: String, node: AnswerNode)], _ map: AnswerShape.Map
  ) {
    let known = map.members.filter { $0.since.map(knows) ?? true }
    for (key, inner) in members {
      if let member = known.first(where: { $0.name == key }) {
        check(inner, key, member.shape)
      } else if let later = map.members.first(where: { $0.name == key })?.since {
        report(
          inner, key, "'\(key.printable)' is no key of '\(name.printable)' in this release",
          hint: "it is known since \(later)")
      } else if !map.isOpen {
        report(
          inner, key, "'\(key.printable)' is no key of '\(name.printable)'",
          hint: ShapeText.hint(for: key, known: known.map(\.name)))
      }
    }
    let there = Set(members.map(\.key))
    for member in known where member.isRequired && !there.contains(member.name) {
      report(node, name, "'\(name.printable)' has no '\(member.name)'")
    }
    if !map.oneOf.isEmpty, map.oneOf.filter(there.contains).count != 1 {
      report(node, name, "'\(name.printable)' needs exactly one of \(ShapeText.choice(map.oneOf))")
    }
  }

  /// Whether the value is of the shape's kind, whatever is in it.
  private static func isAlike(_ shape: AnswerShape, _ node: AnswerNode) -> Bool {
    switch (shape, node.value) {
    case (.any, _), (.text, .string), (.raw, .string), (.symbol, .string), (.word, .string), (.formed, .string): true
    case (.boolean, .boolean), (.yes, .boolean), (.integer, .integer), (.null, .null): true
    case (.list, .list), (.elements, .list), (.map, .object): true
    default: false
    }
  }

  private static func isWord(_ shape: AnswerShape) -> Bool { if case .word = shape { true } else { false } }

  private static func words(_ shapes: [AnswerShape]) -> [String] {
    shapes.compactMap { if case .word(let word) = $0 { word } else { nil } }
  }

  /// What shapes allow, for people.
  private static func kinds(_ shapes: [AnswerShape]) -> String {
    var kinds: [String] = []
    let words = words(shapes)
    if !words.isEmpty { kinds.append(ShapeText.choice(words)) }
    for shape in shapes {
      switch shape {
      case .text, .raw, .symbol, .formed: kinds.append("text")
      case .boolean: kinds.append("true or false")
      case .yes: kinds.append("true")
      case .integer: kinds.append("a whole number")
      case .null: kinds.append("nothing")
      case .list, .elements: kinds.append("a list")
      case .map: kinds.append("a map")
      case .any, .word, .either, .named: break
      }
    }
    var seen: Set<String> = []
    return kinds.filter { seen.insert($0).inserted }.joined(separator: " or ")
  }
}
