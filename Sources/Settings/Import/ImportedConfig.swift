package import Model

/// What an import gives: the text of a config file, the files it names, and what could not be taken over.
package struct ImportedConfig: Sendable {
  /// nil when an error is among the findings.
  package internal(set) var text: String?
  /// Scripts and other files to write beside the config, by name.
  package internal(set) var files: [(name: String, content: String)] = []
  /// Errors for what the original refuses too; warnings for what is not supported, each with its path and the reason.
  package internal(set) var findings: [Finding] = []
}

/// What to import and for whom.
package struct ImportRequest: Sendable {
  /// The document's name in messages.
  package var file: String
  /// The image's name; nil: the document's own or the file's name.
  package var name: String?
  /// The section the image inherits from; nil: what the document says, else `debian-13`.
  package var inherits: String?

  package init(file: String, name: String? = nil, inherits: String? = nil) {
    self.file = file
    self.name = name
    self.inherits = inherits
  }

  /// The file's name without folder and extension, as an image may be called.
  var nameFromFile: String {
    let last = file.split(separator: "/").last.map(String.init) ?? "image"
    return ImportRequest.imageName(last.split(separator: ".").first.map(String.init) ?? last)
  }

  /// Letters, digits, `.`, `_`, `+` and `-`; everything else becomes a hyphen.
  static func imageName(_ text: String) -> String {
    let name = text.map { NameRule.isWord(String($0), and: "-._+") ? $0 : "-" }
    let start = name.drop { $0 == "-" || $0 == "." }
    return start.isEmpty ? "image" : String(start)
  }
}

/// Turns descriptions of images that other tools use into config files.
package enum ConfigImport {
  /// An ister template (JSON).
  package static func ister(_ text: String, _ request: ImportRequest) -> ImportedConfig {
    var importer = IsterImport(request: request)
    return importer.read(text)
  }

  /// An osbuild-composer blueprint (TOML).
  package static func blueprint(_ text: String, _ request: ImportRequest) -> ImportedConfig {
    var importer = BlueprintImport(request: request)
    return importer.read(text)
  }
}

/// Writes INI text that reads back as it was meant.
struct ConfigWriter {
  private(set) var text = ""

  mutating func comment(_ line: String) { text += "# \(line.printable)\n" }

  mutating func section(_ name: String) {
    text += (text.isEmpty ? "" : "\n") + "[\(name.printable)]\n"
  }

  /// One key; nothing for an empty value. Dollar signs are doubled, further lines are indented.
  mutating func set(_ key: String, _ value: String) {
    guard !value.isEmpty else { return }
    let escaped = value.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "$$")
    let lines = escaped.split(whereSeparator: \.isNewline).map { $0.trimmingBlanks.printable }
    text +=
      lines.count > 1 ? "\(key) =\n  " + lines.joined(separator: "\n  ") + "\n" : "\(key) = \(lines.first ?? "")\n"
  }

  /// A file written beside the config, wherever both are put.
  mutating func setFile(_ key: String, _ name: String) { text += "\(key) = ${config-folder}/\(name.printable)\n" }

  /// Lines that were written apart.
  mutating func append(_ other: ConfigWriter?) { text += other?.text ?? "" }

  mutating func set(_ key: String, _ value: Bool) { set(key, value ? "yes" : "no") }
}

/// Collects findings with the path of the value they are about.
struct ImportNotes {
  let file: String
  private(set) var findings: [Finding] = []

  init(file: String) { self.file = file }

  var hasErrors: Bool { findings.contains { $0.severity == .error } }

  /// What the original tool refuses, and what cannot be taken over without changing the image.
  mutating func refuse(_ path: String, _ message: String, hint: String? = nil, line: Int? = nil) {
    findings.append(
      .config("\(path.printable): \(message.printable)", hint: hint, at: SourceLocation(file: file, line: line)))
  }

  mutating func unsupported(_ path: String, _ reason: String) {
    findings.append(.warning("\(path.printable): not supported because \(reason)", at: SourceLocation(file: file)))
  }
}

/// One object with its path; remembers which keys were asked for, so that none is skipped in silence.
struct ImportObject {
  let path: String
  private let members: [(key: String, value: DataValue)]
  private var asked: Set<String> = []

  init?(_ value: DataValue, path: String, _ notes: inout ImportNotes) {
    guard case .object(let members) = value else {
      notes.refuse(path, "is \(value.kind), expected an object")
      return nil
    }
    self.path = path
    self.members = members
  }

  func path(of key: String) -> String { path == "" ? key : "\(path).\(key)" }

  func has(_ key: String) -> Bool { members.contains { $0.key == key } }

  mutating func value(_ key: String) -> DataValue? {
    asked.insert(key)
    guard let value = members.first(where: { $0.key == key })?.value else { return nil }
    if case .null = value { return nil }
    return value
  }

  /// A text or number; an error for anything else.
  mutating func word(_ key: String, _ notes: inout ImportNotes) -> String? {
    guard let value = value(key) else { return nil }
    if let word = value.word { return word }
    notes.refuse(path(of: key), "is \(value.kind), expected a text")
    return nil
  }

  mutating func boolean(_ key: String, _ notes: inout ImportNotes) -> Bool? {
    guard let value = value(key) else { return nil }
    if case .boolean(let truth) = value { return truth }
    notes.refuse(path(of: key), "is \(value.kind), expected true or false")
    return nil
  }

  mutating func words(_ key: String, _ notes: inout ImportNotes) -> [String] {
    guard let value = value(key) else { return [] }
    guard case .list(let items) = value else {
      notes.refuse(path(of: key), "is \(value.kind), expected a list")
      return []
    }
    var words: [String] = []
    for (index, item) in items.enumerated() {
      if let word = item.word {
        words.append(word)
      } else {
        notes.refuse("\(path(of: key))[\(index)]", "is \(item.kind), expected a text")
      }
    }
    return words
  }

  mutating func objects(_ key: String, _ notes: inout ImportNotes) -> [ImportObject] {
    guard let value = value(key) else { return [] }
    guard case .list(let items) = value else {
      notes.refuse(path(of: key), "is \(value.kind), expected a list")
      return []
    }
    return items.enumerated().compactMap { ImportObject($1, path: "\(path(of: key))[\($0)]", &notes) }
  }

  mutating func object(_ key: String, _ notes: inout ImportNotes) -> ImportObject? {
    guard let value = value(key) else { return nil }
    return ImportObject(value, path: path(of: key), &notes)
  }

  /// Names every key that nothing asked for.
  func reportRest(_ notes: inout ImportNotes) {
    for member in members where !asked.contains(member.key) {
      notes.unsupported(path(of: member.key), "the key is unknown")
    }
  }
}
