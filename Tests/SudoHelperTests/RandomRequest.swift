import PrivilegedOperations

/// Numbers that are the same in every run (SplitMix64, by Steele, Lea and Flood, 2014).
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }

  mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }
}

/// Requests of every kind, and command lines that are almost requests.
enum RandomRequest {
  static func make(_ dice: inout Dice) -> PrivilegedRequest {
    let operation: PrivilegedOperation
    switch dice.below(6) {
    case 0: operation = .check
    case 1:
      operation = .inspect(
        volume(&dice), InspectionWork(output: path(&dice), isPart: dice.below(2) == 0, read: patterns(&dice)))
    case 2:
      operation = .clean(
        volume(&dice),
        CleaningWork(
          output: path(&dice), isPart: dice.below(2) == 0, keep: patterns(&dice), save: patterns(&dice),
          remove: patterns(&dice),
          empty: patterns(&dice),
          hostKeys: dice.below(2) == 0, proxy: dice.below(2) == 0 ? nil : "10.0.2.2:\(1 + dice.below(65_535))"))
    case 3: operation = .mount(LoopDevice(number: dice.below(4096)), scratch(&dice))
    case 4: operation = .unmount(scratch(&dice))
    default:
      operation = .changeMode(
        ModeChange(
          recursive: dice.below(2) == 0, grants: dice.below(2) == 0,
          rights: dice.pick(["r", "w", "x", "rw", "rx", "wx", "rwx"]), mount: scratch(&dice),
          inner: dice.below(3) == 0 ? "" : String(path(&dice).dropFirst())))
    }
    return PrivilegedRequest(operation, dryRun: dice.below(2) == 0)
  }

  /// A request of which something was changed, or noise.
  static func words(_ dice: inout Dice) -> [String] {
    var words = make(&dice).words
    for _ in 0...dice.below(3) {
      let place = dice.below(words.count + 1)
      switch dice.below(7) {
      case 0: words.insert(noise(&dice), at: place)
      case 1 where place < words.count: words.remove(at: place)
      case 2 where place < words.count: words[place] += noise(&dice)
      case 3 where place < words.count: words[place] = noise(&dice) + words[place]
      case 4 where place < words.count:
        words[place] = words[place].replacing("/", with: dice.pick(["/../", "//", "\n/", ""]))
      case 5: words.shuffle(using: &dice)
      default: words.insert(dice.pick(options), at: place)
      }
    }
    return words
  }

  static func noise(_ dice: inout Dice) -> String {
    dice.below(4) == 0
      ? dice.pick(attacks)
      : String(decoding: (0..<1 + dice.below(12)).map { _ in UInt8(1 + dice.below(255)) }, as: UTF8.self)
  }

  private static let options = [
    "-R", "-h", "--", "--dry-run", "--output=/etc/shadow", "--save=/../x", "-o", "suid", "--exec=id",
  ]
  private static let attacks = [
    "..", "../..", "/", "\n", ";id", "$(id)", "`id`", "|sh", "&", "-", "*", "?", " ", "\u{1B}[2J", "\u{202E}",
    "\u{212A}", "%s%n",
    "/dev/sda", "/proc/self/fd/0", "0x10", "-1", "+1", "1e3", "99999999999999999999", "suid,dev", "é",
  ]

  private static func volume(_ dice: inout Dice) -> GuestVolume {
    GuestVolume(
      file: path(&dice), offset: Int64(dice.below(1 << 40)) * 512, size: 1 << 16 + Int64(dice.below(1 << 30)) * 512,
      kind: dice.pick(GuestVolume.Kind.allCases))
  }

  private static func scratch(_ dice: inout Dice) -> ScratchMount {
    ScratchMount(suffix: name(&dice, "abcXYZ019_", 1 + dice.below(20)))
  }

  private static func path(_ dice: inout Dice) -> String {
    (0...dice.below(4)).map { _ in "/" + component(&dice, "ab.Z9_-+ ,:@=%~") }.joined()
  }

  private static func patterns(_ dice: inout Dice) -> [String] {
    (0..<dice.below(4)).map { _ in
      (0...dice.below(3)).map { _ in "/" + component(&dice, "ab.Z9_-*?") }.joined()
    }
  }

  private static func component(_ dice: inout Dice, _ letters: String) -> String {
    let text = name(&dice, letters, 1 + dice.below(12))
    return text == "." || text == ".." ? "x" : text
  }

  private static func name(_ dice: inout Dice, _ letters: String, _ count: Int) -> String {
    let letters = Array(letters)
    return String((0..<count).map { _ in dice.pick(letters) })
  }
}
