/// A value of LVM's metadata text.
indirect enum LVMText: Hashable {
  case section([String: LVMText])
  case text(String)
  case number(Int64)
  case list([LVMText])

  /// Reads the whole text; nil when it is not well-formed. The guest wrote it: depth and length are limited, nothing is believed.
  static func parse(_ bytes: [UInt8]) -> LVMText? {
    var parser = Parser(bytes: bytes)
    guard let section = parser.section(depth: 0), parser.isAtEnd else { return nil }
    return .section(section)
  }

  subscript(key: String) -> LVMText? {
    if case .section(let entries) = self { return entries[key] }
    return nil
  }

  var number: Int64? {
    if case .number(let value) = self { return value }
    return nil
  }

  var text: String? {
    if case .text(let value) = self { return value }
    return nil
  }

  var list: [LVMText]? {
    if case .list(let values) = self { return values }
    return nil
  }

  var section: [String: LVMText]? {
    if case .section(let entries) = self { return entries }
    return nil
  }

  /// `name { … }`, `name = value`, comments from `#` to the end of the line (lvm.conf(5), "Syntax").
  private struct Parser {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = Array(bytes.prefix { $0 != 0 }) }

    var isAtEnd: Bool { position >= bytes.count }

    private mutating func skip() {
      while position < bytes.count {
        if bytes[position] == UInt8(ascii: "#") {
          while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
        } else if bytes[position] <= 0x20 {
          position += 1
        } else {
          return
        }
      }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
      skip()
      guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
      position += 1
      return true
    }

    private mutating func word() -> String? {
      skip()
      let start = position
      while position < bytes.count, Parser.isWord(bytes[position]) { position += 1 }
      return position > start ? String(decoding: bytes[start..<position], as: UTF8.self) : nil
    }

    private static func isWord(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "+"), UInt8(ascii: "/"):
        true
      default: false
      }
    }

    /// Entries up to a closing brace, which is left, or the end.
    mutating func section(depth: Int) -> [String: LVMText]? {
      guard depth < 8 else { return nil }
      var entries: [String: LVMText] = [:]
      while let name = word() {
        if take("{") {
          guard let inner = section(depth: depth + 1), take("}") else { return nil }
          entries[name] = .section(inner)
        } else {
          guard take("="), let value = value() else { return nil }
          entries[name] = value
        }
      }
      skip()
      return entries
    }

    private mutating func value() -> LVMText? {
      if take("[") {
        var values: [LVMText] = []
        while !take("]") {
          guard let next = scalar() else { return nil }
          values.append(next)
          _ = take(",")
        }
        return .list(values)
      }
      return scalar()
    }

    private mutating func scalar() -> LVMText? {
      guard take("\"") else { return word().flatMap { Int64($0) }.map { .number($0) } }
      var text: [UInt8] = []
      while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
        if bytes[position] == UInt8(ascii: "\\") { position += 1 }
        if position < bytes.count { text.append(bytes[position]) }
        position += 1
      }
      position += 1
      return .text(String(decoding: text, as: UTF8.self))
    }
  }
}
