/// A generator that gives the same numbers for the same seed on every machine (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  mutating func pick<T>(_ choices: [T], or fallback: T) -> T { choices.randomElement(using: &self) ?? fallback }
}

/// Random config files that use every corner of the format, mostly right and sometimes wrong.
struct RandomConfig {
  var random: SeededGenerator
  /// Percent of lines that break a rule.
  var wildness: Int

  static let sections = ["one", "two", "Three", "a b", "x:y", "DEFAULT", "größe", "s]t"]
  static let keys = ["k", "key", "Key_2", "long-key", "a b", "ключ", "k1", "k2", "k3"]

  mutating func file() -> String {
    var text = random.chance(5) ? "\n# comment\n" : ""
    if random.chance(wildness) { text += line() }
    var names = RandomConfig.sections.shuffled(using: &random)
    if random.chance(30) { names.insert("DEFAULT", at: 0) }
    for name in names.prefix(Int.random(in: 1...4, using: &random)) {
      text += header(name)
      var keys = RandomConfig.keys.shuffled(using: &random)
      if random.chance(wildness) { keys.append("k") }
      for key in keys.prefix(Int.random(in: 0...6, using: &random)) {
        text += entry(key)
        if random.chance(wildness) { text += line() }
      }
    }
    if random.chance(10) { text = text.replacing("\n", with: random.chance(50) ? "\r\n" : "\r") }
    return text
  }

  private mutating func header(_ name: String) -> String {
    let indent = random.chance(8) ? "  " : ""
    let tail = random.chance(8) ? random.pick([" ", " ; note", "\t", " ]", "]"], or: "") : ""
    return "\(indent)[\(name)]\(tail)\n"
  }

  private mutating func entry(_ key: String) -> String {
    let name = random.chance(15) ? key.uppercased() : key
    let sign = random.pick(["=", ":", " = ", " : ", "= ", " =", "\t=\t", "\u{A0}=\u{2003}"], or: "=")
    let indent = random.chance(10) ? random.pick([" ", "\t", "   ", "\u{A0}"], or: " ") : ""
    var text = "\(indent)\(name)\(sign)\(value())\n"
    while random.chance(20) {
      switch Int.random(in: 0..<6, using: &random) {
      case 0: text += "\n"
      case 1: text += indent + "  # comment in a value\n"
      case 2: text += "; comment\n"
      case 3: text += "   \t\n"
      case 4: text += indent + "\t[\(value())]\n"
      default: text += indent + "   \(value())\n"
      }
    }
    return text
  }

  private mutating func value() -> String {
    var text = ""
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      switch Int.random(in: 0..<12, using: &random) {
      case 0, 1, 2: text += "${\(random.pick(RandomConfig.keys, or: "k"))}"
      case 3, 4:
        text += "${\(random.pick(RandomConfig.sections, or: "one")):\(random.pick(RandomConfig.keys, or: "k"))}"
      case 5: text += "$$"
      case 6 where random.chance(wildness * 3):
        text += random.pick(
          ["$", "$x", "${", "${}", "${a:b:c}", "${ k }", "${one:}", "$${k}", "${:k}", "${K}"], or: "$")
      case 7: text += random.pick(["a=b", "c:d", "[e]", "# f", "; g", "\u{85}h", "i\u{1F}", "\u{3000}"], or: "j")
      default: text += random.pick(["word", " two words ", "ünï", "0", "yes", "/path/file", "\\n", "'q'"], or: "w")
      }
    }
    return text
  }

  private mutating func line() -> String {
    random.pick(
      [
        "no delimiter\n", "= value\n", " : x\n", "[]\n", "[open\n", "[one]\n", "  indented\n", "\u{FEFF}k = v\n",
        "[] = 1\n",
      ],
      or: "x\n")
  }
}
