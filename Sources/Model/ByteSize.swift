/// A number of bytes, as people write sizes in config files and on the command line.
///
/// One grammar for every size: `2G`, `2 GiB`, `1.5 GB`, `512B`, `2048`. Letters `K M G T P` alone and with `iB` are powers of
/// 1024 (as in qemu-img), with `B` alone (`GB`) powers of 1000. Case does not matter.
public struct ByteSize: Sendable, Hashable, Comparable, Codable {
  public let bytes: Int64

  public init(bytes: Int64) { self.bytes = bytes }

  public static func kibibytes(_ count: Int64) -> ByteSize { ByteSize(bytes: count << 10) }
  public static func mebibytes(_ count: Int64) -> ByteSize { ByteSize(bytes: count << 20) }
  public static func gibibytes(_ count: Int64) -> ByteSize { ByteSize(bytes: count << 30) }

  public static func < (left: ByteSize, right: ByteSize) -> Bool { left.bytes < right.bytes }

  /// Reads a size; nil when `text` is not one, is negative, or does not fit 63 bits.
  public init?(_ text: String) {
    let trimmed = text.trimmingBlanks
    let digits = trimmed.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = String(trimmed.dropFirst(digits.count)).trimmingBlanks.lowercased()
    guard !digits.isEmpty, let factor = ByteSize.factors[unit] else { return nil }
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, !parts.contains("") else { return nil }
    guard let whole = Int64(parts[0]) else { return nil }
    var (total, overflow) = whole.multipliedReportingOverflow(by: factor)
    if overflow { return nil }
    if parts.count == 2 {
      guard factor > 1, parts[1].count <= 15, let fraction = Double("0.\(parts[1])") else {
        return nil
      }
      (total, overflow) = total.addingReportingOverflow(
        Int64((fraction * Double(factor)).rounded()))
      if overflow { return nil }
    }
    bytes = total
  }

  private static let factors: [String: Int64] = {
    var table: [String: Int64] = ["": 1, "b": 1]
    var binary: Int64 = 1
    var decimal: Int64 = 1
    for letter in ["k", "m", "g", "t", "p"] {
      binary *= 1024
      decimal *= 1000
      table[letter] = binary
      table[letter + "ib"] = binary
      table[letter + "b"] = decimal
    }
    return table
  }()

  public init(from decoder: any Decoder) throws {
    bytes = try decoder.singleValueContainer().decode(Int64.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(bytes)
  }
}

extension ByteSize: CustomStringConvertible {
  /// The size for people: `512 B`, `1.5 GiB`; one decimal at most, binary units.
  public var description: String {
    var unit = "B"
    var divisor: Int64 = 1
    for next in ["KiB", "MiB", "GiB", "TiB"] where bytes / divisor >= 1024 {
      unit = next
      divisor *= 1024
    }
    guard divisor > 1 else { return "\(bytes) B" }
    let tenths = (Double(bytes) * 10 / Double(divisor)).rounded()
    let whole = Int64(tenths) / 10
    let rest = Int64(tenths) % 10
    return rest == 0 ? "\(whole) \(unit)" : "\(whole).\(rest) \(unit)"
  }
}

extension StringProtocol {
  /// The text without blanks, tabs and line ends at both ends.
  package var trimmingBlanks: String {
    let start = drop(while: \.isWhitespace)
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...last])
  }
}
