import Model

/// Compares an element of an AutoYaST profile with its shape: names, types, how often, and what must be there.
///
/// The order of elements is not looked at: the schema leaves it free but for a handful of sections. (RELAX NG `interleave`)
struct ElementCheck {
  let shapes: AnswerShapes
  private(set) var problems: [ShapeProblem] = []

  init(_ shapes: AnswerShapes) { self.shapes = shapes }

  mutating func check(_ node: XMLOutline.Node, _ shape: AnswerShape) {
    let tries = shapes.alternatives(shape).map { shape in
      var check = ElementCheck(shapes)
      check.compare(node, shape)
      return check.problems
    }
    // Several words are told together.
    let words = shapes.alternatives(shape).compactMap { if case .word(let word) = $0 { word } else { nil } }
    if words.count > 1, words.count == tries.count, !words.contains(node.value) {
      return report(node, "'\(node.name.printable)' is none of \(ShapeText.choice(words))")
    }
    problems += tries.min { $0.count < $1.count } ?? []
  }

  private mutating func report(_ node: XMLOutline.Node, _ message: String, hint: String? = nil) {
    problems.append(ShapeProblem(line: node.line, name: node.name, message: message, hint: hint))
  }

  private mutating func compare(_ node: XMLOutline.Node, _ shape: AnswerShape) {
    switch shape {
    case .any, .named, .either, .null, .yes, .formed, .list: return
    case .text: checkType(node, "string", isNeeded: false)
    case .raw: checkType(node, nil, isNeeded: false)
    case .symbol: checkType(node, "symbol", isNeeded: true)
    case .boolean:
      checkType(node, "boolean", isNeeded: true)
      if !["true", "false"].contains(node.value) {
        report(node, "'\(node.name.printable)' is neither 'true' nor 'false'")
      }
    case .integer:
      checkType(node, "integer", isNeeded: true)
      if Int(node.value) == nil { report(node, "'\(node.name.printable)' is no whole number") }
    case .word(let word):
      checkType(node, "string", isNeeded: false)
      if node.value != word { report(node, "'\(node.name.printable)' is not '\(word)'") }
    case .elements(let members, let isFilled):
      checkType(node, "list", isNeeded: true)
      if isFilled, node.children.isEmpty { report(node, "'\(node.name.printable)' is an empty list") }
      return checkChildren(node, members, isList: true)
    case .map(let map):
      checkType(node, "map", isNeeded: false)
      return checkChildren(node, map.members, isList: false)
    }
    for child in node.children {
      report(child, "'\(child.name.printable)' is in '\(node.name.printable)', where only text can be")
    }
  }

  /// The attribute that says the type has three names: `t`, `type`, and `type` of YaST's configuration namespace.
  private mutating func checkType(_ node: XMLOutline.Node, _ type: String?, isNeeded: Bool) {
    let attributes = node.attributes.filter { $0.key != "xmlns" && !$0.key.hasPrefix("xmlns:") }
    let types = attributes.filter { ["t", "type"].contains($0.key) || $0.key.hasSuffix(":type") }
    let name = node.name.printable
    for key in attributes.keys.sorted() where types[key] == nil {
      report(node, "'\(name)' cannot have the attribute '\(key.printable)'")
    }
    if types.count > 1 { report(node, "'\(name)' says its type more than once") }
    guard let found = types.values.first else {
      if isNeeded, let type { report(node, "'\(name)' does not say its type", hint: "write '<\(name) t=\"\(type)\">'") }
      return
    }
    guard let type else { return report(node, "'\(name)' cannot have a type") }
    if found != type {
      report(
        node, "'\(name)' has the type '\(found.printable)', and has to have '\(type)'",
        hint: "write '<\(name) t=\"\(type)\">'")
    }
  }

  private mutating func checkChildren(_ node: XMLOutline.Node, _ members: [AnswerShape.Member], isList: Bool) {
    let name = node.name.printable
    if !node.value.isEmpty { report(node, "there is text in '\(name)', where only elements can be") }
    var counts: [String: Int] = [:]
    for child in node.children {
      guard let member = members.first(where: { $0.name == child.name }) else {
        report(
          child, "'\(child.name.printable)' is no element of '\(name)'",
          hint: ShapeText.hint(for: child.name, known: members.map(\.name)))
        continue
      }
      counts[child.name, default: 0] += 1
      if !isList, !member.repeats, counts[child.name] == 2 {
        report(child, "'\(child.name.printable)' is in '\(name)' more than once")
      }
      check(child, member.shape)
    }
    for member in members where member.isRequired && counts[member.name] == nil {
      report(node, "'\(name)' has no '\(member.name)'")
    }
  }
}
