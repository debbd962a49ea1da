/// The options of the two operations on volumes: `--name=value`, in one word, so that no value can be taken for an option.
extension InspectionWork {
  var words: [String] { ["--output=\(output)"] + (isPart ? ["--part"] : []) + read.map { "--read=\($0)" } }

  init(words: ArraySlice<String>) throws {
    var options = OptionReader(words)
    self.init(output: try options.output())
    while let (name, value) = try options.next() {
      switch name {
      case "--part" where value == nil && !isPart: isPart = true
      case "--read": read.append(try OptionReader.pattern(value))
      default: throw OptionReader.unknown(name)
      }
    }
  }
}

extension CleaningWork {
  var words: [String] {
    ["--output=\(output)"] + (isPart ? ["--part"] : []) + keep.map { "--keep=\($0)" } + save.map { "--save=\($0)" }
      + remove.map { "--remove=\($0)" } + empty.map { "--empty=\($0)" } + (hostKeys ? ["--host-keys"] : [])
      + (proxy.map { ["--proxy=\($0)"] } ?? [])
  }

  init(words: ArraySlice<String>) throws {
    var options = OptionReader(words)
    self.init(output: try options.output())
    while let (name, value) = try options.next() {
      switch name {
      case "--part" where value == nil && !isPart: isPart = true
      case "--keep": keep.append(try OptionReader.pattern(value))
      case "--save": save.append(try OptionReader.pattern(value))
      case "--remove": remove.append(try OptionReader.pattern(value))
      case "--empty": empty.append(try OptionReader.pattern(value))
      case "--host-keys" where value == nil && !hostKeys: hostKeys = true
      case "--proxy" where proxy == nil:
        guard let value, ArgumentRule.address.accepts(value) else { throw Refusal.unfit(value ?? "", .address) }
        proxy = value
      default: throw OptionReader.unknown(name)
      }
    }
  }
}

/// Takes options one by one.
private struct OptionReader {
  private var rest: ArraySlice<String>

  init(_ words: ArraySlice<String>) { rest = words }

  /// The name, and what stands behind its first `=`; nil at the end.
  mutating func next() throws -> (name: String, value: String?)? {
    guard let word = rest.popFirst() else { return nil }
    guard word.hasPrefix("--") else { throw Refusal("'\(word.prefix(100))' is no option") }
    guard let equals = word.utf8.firstIndex(of: UInt8(ascii: "=")) else { return (word, nil) }
    return (String(word[..<equals]), String(word[word.utf8.index(after: equals)...]))
  }

  /// The first option has to be the output.
  mutating func output() throws -> String {
    guard let (name, value) = try next(), name == "--output", let value else {
      throw Refusal("'--output=FILE' is needed behind the kind of file system")
    }
    guard ArgumentRule.path.accepts(value) else { throw Refusal.unfit(value, .path) }
    return value
  }

  static func pattern(_ value: String?) throws -> String {
    guard let value, ArgumentRule.pattern.accepts(value) else { throw Refusal.unfit(value ?? "", .pattern) }
    return value
  }

  static func unknown(_ name: String) -> Refusal { Refusal("'\(name.prefix(100))' is no option here, or given twice") }
}
