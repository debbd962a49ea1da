/// Blanks as Python's `str.strip` knows them, on UTF-8 bytes: the files of the Python tool are read with its idea of white space.
///
/// Source: Python's `str.isspace` (Unicode White_Space and the four separators U+001C to U+001F).
enum PythonBlanks {
  /// The number of bytes of the blank that starts at `index`; 0 when none does.
  static func length(at index: Int, in bytes: borrowing [UInt8], end: Int) -> Int {
    let first = bytes[index]
    if first < 0x80 { return isBlank(first) ? 1 : 0 }
    if first == 0xC2, index + 1 < end { return bytes[index + 1] == 0x85 || bytes[index + 1] == 0xA0 ? 2 : 0 }
    guard index + 2 < end else { return 0 }
    return isLongBlank(first, bytes[index + 1], bytes[index + 2]) ? 3 : 0
  }

  /// The range without blanks at both ends.
  static func strip(_ bytes: borrowing [UInt8], _ range: Range<Int>) -> Range<Int> {
    var start = range.lowerBound
    while start < range.upperBound {
      let count = length(at: start, in: bytes, end: range.upperBound)
      if count == 0 { break }
      start += count
    }
    return start..<stripEnd(bytes, start..<range.upperBound)
  }

  /// The end of the range without the blanks before it.
  static func stripEnd(_ bytes: borrowing [UInt8], _ range: Range<Int>) -> Int {
    var end = range.upperBound
    while end > range.lowerBound {
      let last = bytes[end - 1]
      if last < 0x80 {
        guard isBlank(last) else { return end }
        end -= 1
      } else if end - 2 >= range.lowerBound, bytes[end - 2] == 0xC2, last == 0x85 || last == 0xA0 {
        end -= 2
      } else if end - 3 >= range.lowerBound, isLongBlank(bytes[end - 3], bytes[end - 2], last) {
        end -= 3
      } else {
        return end
      }
    }
    return end
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte) || (0x1C...0x1F).contains(byte)
  }

  /// U+1680, U+2000 to U+200A, U+2028, U+2029, U+202F, U+205F and U+3000.
  private static func isLongBlank(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Bool {
    switch (first, second) {
    case (0xE1, 0x9A): third == 0x80
    case (0xE2, 0x80): (0x80...0x8A).contains(third) || third == 0xA8 || third == 0xA9 || third == 0xAF
    case (0xE2, 0x81): third == 0x9F
    case (0xE3, 0x80): third == 0x80
    default: false
    }
  }
}
