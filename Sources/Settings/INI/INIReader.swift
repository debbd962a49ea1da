import Model

/// Reads INI text line by line on bytes; the rules are those of Python's `configparser` (its `_read` in 3.11), restated.
///
/// Surprises kept on purpose: a line indented deeper than its key continues the value even when it looks like a header or a
/// key; an empty line inside a value belongs to it; a header ends at the *last* `]` of its line; what follows is ignored.
struct INIReader {
  private let bytes: [UInt8]
  private var file: INIFile
  private var sectionIndex: [String: Int] = [:]
  private var current: Int?
  /// Keys of the current section; those of DEFAULT outlive it, because DEFAULT may be opened again.
  private var keys: [String: Int32] = [:]
  private var defaultKeys: [String: Int32] = [:]
  private var indent = 0
  private var line: Int32 = 0
  /// The value being collected; nil between a header and its first key.
  private var open: (entry: INIEntry, value: [UInt8])?
  private var isHeaderMissing = false
  private var keyCount = 0

  /// Files above this size are refused: 16 MiB is far beyond any config, and keeps memory bounded.
  static let largestFile = 16 << 20
  /// More keys than this are refused: they would take more memory than a config is worth.
  static let mostKeys = 200_000
  /// So many problems are listed; a binary file is not worth a million lines.
  static let mostProblems = 100

  init(name: String, bytes: [UInt8]) {
    self.bytes = bytes
    file = INIFile(name: name)
  }

  mutating func read() -> INIFile {
    guard bytes.count <= INIReader.largestFile else {
      problem("the file is larger than \(ByteSize(bytes: Int64(INIReader.largestFile)))", line: nil)
      return file
    }
    guard String(validating: bytes, as: UTF8.self) != nil else {
      reportInvalidUTF8()
      return file
    }
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while start < bytes.count {
      guard keyCount <= INIReader.mostKeys else {
        problem("the file has more than \(INIReader.mostKeys) keys", hint: "is this a config file at all?")
        return file
      }
      line += 1
      var end = start
      while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D { end += 1 }
      readLine(start..<end)
      // Python opens text with universal newlines: LF, CR LF and CR alone each end a line.
      start = end + 1
      if end + 1 < bytes.count, bytes[end] == 0x0D, bytes[end + 1] == 0x0A { start += 1 }
    }
    closeValue()
    return file
  }

  private mutating func readLine(_ raw: Range<Int>) {
    let text = PythonBlanks.strip(bytes, raw)
    if text.isEmpty {
      open?.value.append(0x0A)
      return
    }
    if bytes[text.lowerBound] == UInt8(ascii: "#") || bytes[text.lowerBound] == UInt8(ascii: ";") { return }
    let depth = characters(raw.lowerBound..<text.lowerBound)
    if current != nil, open != nil, depth > indent {
      open?.value.append(0x0A)
      open?.value.append(contentsOf: bytes[text])
      return
    }
    indent = depth
    if let header = headerName(text) {
      openSection(header)
    } else if current == nil {
      if !isHeaderMissing {
        isHeaderMissing = true
        problem(
          "'\(shown(text))' stands before the first section", hint: "start the file with a line such as [DEFAULT]",
          column: depth + 1)
      }
    } else {
      readKey(text, depth: depth)
    }
  }

  /// The name between `[` and the last `]`; nil when the line is no header.
  private func headerName(_ text: Range<Int>) -> String? {
    guard bytes[text.lowerBound] == UInt8(ascii: "[") else { return nil }
    guard let end = bytes[text].lastIndex(of: UInt8(ascii: "]")), end > text.lowerBound + 1 else { return nil }
    return String(decoding: bytes[(text.lowerBound + 1)..<end], as: UTF8.self)
  }

  private mutating func openSection(_ name: String) {
    closeValue()
    if let current, file.sections[current].name == INIFile.defaultSection { defaultKeys = keys }
    let isDefault = name == INIFile.defaultSection
    if let index = sectionIndex[name] {
      if !isDefault {
        problem(
          "section [\(name.printable)] is written twice; the first is in line \(file.sections[index].line)",
          hint: "join the two sections")
      }
      current = index
      keys = isDefault ? defaultKeys : keyLines(of: index)
    } else {
      current = file.sections.count
      sectionIndex[name] = file.sections.count
      file.sections.append(INISection(name: name, line: line))
      keys = [:]
    }
  }

  private func keyLines(of section: Int) -> [String: Int32] {
    Dictionary(file.sections[section].entries.map { ($0.key, $0.line) }, uniquingKeysWith: { first, _ in first })
  }

  private mutating func readKey(_ text: Range<Int>, depth: Int) {
    closeValue()
    guard let delimiter = bytes[text].firstIndex(where: { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ":") }) else {
      problem(
        "'\(shown(text))' is neither a section nor a key with a value", hint: "write KEY = VALUE", column: depth + 1)
      return
    }
    let keyRange = text.lowerBound..<PythonBlanks.stripEnd(bytes, text.lowerBound..<delimiter)
    guard !keyRange.isEmpty else {
      problem("a value without a key: '\(shown(text))'", hint: "write KEY = VALUE", column: depth + 1)
      return
    }
    let key = String(decoding: bytes[keyRange], as: UTF8.self).lowercased()
    if let first = keys[key] {
      problem(
        "'\(key.printable)' is set twice in [\(sectionName)]; the first is in line \(first)",
        hint: "remove one of them",
        column: depth + 1)
    }
    keys[key] = line
    keyCount += 1
    let value = PythonBlanks.strip(bytes, (delimiter + 1)..<text.upperBound)
    let column = depth + 1 + characters(text.lowerBound..<value.lowerBound)
    open = (
      INIEntry(key: key, value: "", line: line, keyColumn: Int32(depth + 1), column: Int32(column)),
      Array(bytes[value])
    )
  }

  private mutating func closeValue() {
    guard var (entry, value) = open, let current else { return }
    open = nil
    value.removeSubrange(PythonBlanks.stripEnd(value, 0..<value.count)...)
    entry.value = String(decoding: value, as: UTF8.self)
    file.sections[current].entries.append(entry)
  }
}

extension INIReader {
  private var sectionName: String { current.map { file.sections[$0].name.printable } ?? "" }

  private func characters(_ range: Range<Int>) -> Int {
    var count = 0
    for byte in bytes[range] where byte & 0xC0 != 0x80 { count += 1 }
    return count
  }

  /// The first word of a line for a message, cut; nothing of it where it may be (part of) a password hash.
  private func shown(_ text: Range<Int>) -> String {
    let word = bytes[text].prefix { $0 != 0x20 && $0 != 0x09 }
    if word.contains(UInt8(ascii: "$")) { return "…" }
    let cut = String(decoding: word, as: UTF8.self).printable
    return cut.count > 24 || word.count < text.count ? cut.prefix(24) + "…" : cut
  }

  private mutating func problem(_ message: String, hint: String? = nil, column: Int? = nil) {
    problem(message, hint: hint, line: Int(line), column: column)
  }

  private mutating func problem(_ message: String, hint: String? = nil, line: Int?, column: Int? = nil) {
    if file.problems.count == INIReader.mostProblems {
      file.problems.append(
        .config(
          "more than \(INIReader.mostProblems) problems; the rest is not listed", hint: "is this a config file at all?",
          at: SourceLocation(file: file.name, line: line)))
    }
    guard file.problems.count < INIReader.mostProblems else { return }
    file.problems.append(
      .config(message, hint: hint, at: SourceLocation(file: file.name, line: line, column: column)))
  }

  /// Names line and column of the first byte that is no UTF-8.
  private mutating func reportInvalidUTF8() {
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var row = 1
    var column = 1
    while case .valid(let scalar) = parser.parseScalar(from: &iterator) {
      column += 1
      if scalar.first == 0x0A { (row, column) = (row + 1, 1) }
    }
    problem(
      "the file is not UTF-8", hint: "convert it, for example with 'iconv -f latin1 -t utf-8'", line: row,
      column: column)
  }
}
