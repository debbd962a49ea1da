import Model

/// A Kickstart file of anybody's, taken apart as pykickstart does it, without understanding its commands.
struct KickstartReader {
  struct Command {
    /// Counted from 1.
    var line: Int
    var name: String
    var words: [String]

    /// The value of `--name=value` or `--name value`; nil when the option is not there.
    func value(of option: String) -> String? {
      for (index, word) in words.enumerated() {
        if word == option { return index + 1 < words.count ? words[index + 1] : "" }
        if word.hasPrefix(option + "=") { return String(word.dropFirst(option.count + 1)) }
      }
      return nil
    }

    func has(_ option: String) -> Bool { value(of: option) != nil }
  }

  struct Section {
    /// Its first line: the name with `%`, and its options.
    var header: Command
    /// Whether `%end` closes it.
    var isClosed = false
    /// Whether a line of it includes another file.
    var includes = false
  }

  private(set) var commands: [Command] = []
  private(set) var sections: [Section] = []
  /// Lines whose quotes do not match, with what is wrong.
  private(set) var broken: [(line: Int, problem: String)] = []
  /// Whether another file is included: what it says is not known.
  private(set) var includes = false

  init(_ text: String) {
    var open: Section?
    for (index, line) in text.textLines.enumerated() {
      let first = line.trimmingBlanks.prefix { !$0.isWhitespace }
      if first == "%include" || first == "%ksappend" {
        includes = true
        continue
      }
      if var section = open {
        guard first == "%end" || KickstartReader.sectionNames.contains(String(first)) else { continue }
        section.isClosed = first == "%end"
        sections.append(section)
        open = nil
        if first == "%end" { continue }
      }
      guard let command = read(line, index + 1) else { continue }
      if command.name.hasPrefix("%") {
        open = Section(header: command)
      } else {
        commands.append(command)
      }
    }
    if let open { sections.append(open) }
  }

  /// The sections that Anaconda knows. (pykickstart 3.78)
  static let sectionNames: Set<String> = [
    "%packages", "%pre", "%pre-install", "%post", "%onerror", "%traceback", "%addon", "%certificate",
  ]

  func command(_ names: String...) -> Command? { commands.first { names.contains($0.name) } }

  private mutating func read(_ line: Substring, _ number: Int) -> Command? {
    do {
      let words = try ShellWords.split(KickstartReader.withoutComment(line))
      guard let name = words.first, !name.isEmpty else { return nil }
      return Command(line: number, name: name, words: Array(words.dropFirst()))
    } catch {
      broken.append((number, "\(error)"))
      return nil
    }
  }

  /// A `#` begins a comment wherever no quote protects it, inside a word as well. (Python's shlex)
  private static func withoutComment(_ line: Substring) -> String {
    var quote: Character?
    var isEscaped = false
    for index in line.indices {
      let character = line[index]
      if isEscaped {
        isEscaped = false
      } else if character == "\\", quote != "'" {
        isEscaped = true
      } else if let open = quote {
        if character == open { quote = nil }
      } else if character == "'" || character == "\"" {
        quote = character
      } else if character == "#" {
        return String(line[..<index])
      }
    }
    return String(line)
  }
}
