/// What the helper writes into its output file, piece after piece: a header, a name, and so many bytes of data.
///
/// Names and data come from the guest: the reader treats both as bytes without meaning.
package struct HelperRecord: Sendable, Hashable {
  /// What a record says.
  package enum Kind: UInt8, Sendable, Hashable, CaseIterable {
    /// Name: the folder in the file system that is the system's root, empty for the top. Absent: no system was found.
    case root = 1
    /// Name: a path below that root; data: its content.
    case file = 2
    /// Name: a path below the root whose content was not handed out; data: the reason.
    case skipped = 3
    /// Data: names removed and bytes in them, in decimal with a blank between.
    case removed = 4
    /// Data: bytes that the file system gave back, in decimal.
    case trimmed = 5
    /// The last record of a complete output.
    case end = 6
    /// Name: a folder that is a link; data: the pattern that names it and so had no effect.
    case linked = 7
  }

  package var kind: Kind
  package var name: [UInt8]
  /// How many bytes of data follow.
  package var dataSize: Int64

  /// A header.
  package init(_ kind: Kind, name: [UInt8] = [], dataSize: Int64 = 0) {
    self.kind = kind
    self.name = name
    self.dataSize = dataSize
  }

  /// Bytes of a header in front of the name: kind, length of the name (2), length of the data (8), lowest byte first.
  package static let headerSize = 11
  /// Longest name: a path of 255 components of 255 bytes.
  package static let longestName = 65_535

  /// Header and name.
  package var bytes: [UInt8] {
    let lengths = [UInt64(name.count & 0xFFFF), UInt64(max(dataSize, 0))]
    return [kind.rawValue] + (0..<2).map { UInt8(truncatingIfNeeded: lengths[0] >> (8 * $0)) }
      + (0..<8).map { UInt8(truncatingIfNeeded: lengths[1] >> (8 * $0)) } + name
  }

  /// Reads a header without its name; gives the length of the name, which is to be read into ``name``. Nil when it is none.
  package static func parse(_ header: [UInt8]) -> (record: HelperRecord, nameSize: Int)? {
    guard header.count == headerSize, let kind = Kind(rawValue: header[0]) else { return nil }
    let size = header[3...].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard size <= UInt64(Int64.max) else { return nil }
    return (HelperRecord(kind, dataSize: Int64(size)), Int(header[1]) | Int(header[2]) << 8)
  }
}
