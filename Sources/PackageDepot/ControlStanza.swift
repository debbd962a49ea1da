import Model

/// One stanza of a Debian control file (deb822(5)): those of its fields that the installer's packages are judged by.
struct ControlStanza {
  /// Where it starts, counted from 1.
  let line: Int
  private var fields: [String: String] = [:]
  private var seen: Set<String> = []
  private var isInField = false

  private static let kept: Set<String> = [
    "package", "version", "architecture", "filename", "size", "sha256", "priority", "kernel-version", "depends",
    "provides",
  ]

  init(line: Int) { self.line = line }

  /// Whether no field was added yet.
  var isEmpty: Bool { seen.isEmpty }

  /// A field's value without blanks at its ends; names in any case.
  subscript(_ name: String) -> String? { fields[name.lowercased()] }

  /// Takes in a line that is not blank; a continuation line belongs to the field before it, and to none that is kept.
  mutating func add(_ bytes: ArraySlice<UInt8>, number: Int) throws {
    if let first = bytes.first, first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") {
      guard isInField else { throw UdebIndexError(line: number, reason: "a continuation line without a field") }
      return
    }
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > bytes.startIndex,
      bytes[..<colon].allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else { throw UdebIndexError(line: number, reason: "neither a field nor a continuation line") }
    let name = String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
    guard seen.insert(name).inserted else {
      throw UdebIndexError(line: number, reason: "the field '\(name)' is there twice")
    }
    isInField = true
    guard Self.kept.contains(name) else { return }
    let value = String(decoding: bytes[(colon + 1)...], as: UTF8.self).trimmingBlanks
    guard value.printable == value else {
      throw UdebIndexError(line: number, reason: "the field '\(name)' has control characters")
    }
    fields[name] = value
  }
}
