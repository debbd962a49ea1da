import Model

/// The lines of a Kickstart file, and the same lines for people with secrets and copied files masked.
struct KickstartText {
  private(set) var text = ""
  private(set) var masked = ""
  private let dialect: KickstartDialect

  init(_ dialect: KickstartDialect) { self.dialect = dialect }

  /// A line for people; an empty one without words.
  mutating func comment(_ words: String = "") { add(words.isEmpty ? "" : "# " + words) }

  /// One command with its words.
  ///
  /// Throws when the release does not know it: the installation would stop before it begins.
  mutating func command(_ name: String, _ words: KickstartWord...) throws {
    try command(name, words)
  }

  mutating func command(_ name: String, _ words: [KickstartWord]) throws {
    guard dialect.standing(of: name) == .known else {
      throw FactoryError(.unexpected, "the Kickstart of \(dialect.rawValue) has no command '\(name)'")
    }
    add(([name] + words.map(\.text)).joined(separator: " "), ([name] + words.map(\.masked)).joined(separator: " "))
  }

  /// A section with its lines, between an empty line and `%end`.
  ///
  /// No line of ours begins with `%`, and what users bring is encoded: nothing can end a section but its own end.
  mutating func section(_ header: String, _ body: KickstartScript) {
    add("\n" + header)
    add(body.text, body.masked)
    add("%end")
  }

  private mutating func add(_ line: String, _ masked: String? = nil) {
    text += line + "\n"
    self.masked += (masked ?? line) + "\n"
  }
}

/// The body of a section, with contents of files that people are not shown.
struct KickstartScript {
  private(set) var text: String
  private(set) var masked: String

  init(_ text: String) {
    self.text = text
    masked = text
  }

  mutating func add(_ lines: String) {
    text += "\n" + lines
    masked += "\n" + lines
  }

  /// Another body behind this one.
  mutating func add(_ other: KickstartScript) {
    text += "\n" + other.text
    masked += "\n" + other.masked
  }

  /// A command that reads a file on its standard input: the bytes travel in Base64, of which no line can mean anything to a
  /// shell or to Kickstart, whatever the file contains.
  mutating func add(_ command: String, reading contents: [UInt8]) {
    text += "\n\(command) <<'END'\n\(Base64Lines.encode(contents))END"
    masked += "\n\(command) <<'END'\n(\(contents.count) bytes)\nEND"
  }
}
