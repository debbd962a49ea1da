/// Partition tables byte by byte, right checksums included, as no tool would write them.
package enum HandMadeTable {
  /// One entry of an msdos table, in sectors of 512 bytes.
  package struct Entry: Sendable {
    package var type: UInt8
    package var start: UInt32
    package var count: UInt32

    package init(_ type: UInt8, _ start: UInt32, _ count: UInt32) {
      (self.type, self.start, self.count) = (type, start, count)
    }
  }

  /// A sector with an msdos table: the first one of a disk, or one in an extended partition.
  package static func msdos(_ entries: Entry..., signature: UInt32 = 0) -> [UInt8] {
    var sector = [UInt8](repeating: 0, count: 512)
    put(UInt64(signature), 4, 440, &sector)
    for (index, entry) in entries.enumerated() {
      sector[446 + 16 * index + 4] = entry.type
      put(UInt64(entry.start), 4, 446 + 16 * index + 8, &sector)
      put(UInt64(entry.count), 4, 446 + 16 * index + 12, &sector)
    }
    (sector[510], sector[511]) = (0x55, 0xAA)
    return sector
  }

  /// A GPT, of 128 entries where nothing else is said.
  package struct Guid: Sendable {
    /// Fields of the header by offset, in bytes: 4 up to 12 and from 80 on, else 8 long.
    package var fields: [Int: UInt64] = [:]
    /// First and last sector.
    package var entries: [(first: UInt64, last: UInt64)]
    /// The checksums are wrong: of the entries, of the header.
    package var spoilsEntries = false
    package var spoilsHeader = false

    package init(_ entries: [(first: UInt64, last: UInt64)]) { self.entries = entries }

    /// Protective MBR and both halves for a disk of that many sectors, each with its place in bytes.
    package func bytes(sectors: UInt64) -> [(Int64, [UInt8])] {
      var array = [UInt8](repeating: 0, count: 128 * 128)
      for (index, entry) in entries.enumerated() {
        // Linux's own type, and a GUID that counts.
        let type: [UInt8] = [
          0xAF, 0x3D, 0xC6, 0x0F, 0x83, 0x84, 0x72, 0x47, 0x8E, 0x79, 0x3D, 0x69, 0xD8, 0x47, 0x7D, 0xE4,
        ]
        array.replaceSubrange(128 * index..<128 * index + 32, with: type + (1...16).map { UInt8($0 + 16 * index) })
        put(entry.first, 8, 128 * index + 32, &array)
        put(entry.last, 8, 128 * index + 40, &array)
      }
      let last = sectors - 1
      let protective = msdos(Entry(0xEE, 1, UInt32(clamping: last)))
      return [
        (0, protective), (512, header(1, other: last, start: 2, last: last, array)), (1024, array),
        (Int64(last - 32) * 512, array),
        (Int64(last) * 512, header(last, other: 1, start: last - 32, last: last, array)),
      ]
    }

    private func header(_ place: UInt64, other: UInt64, start: UInt64, last: UInt64, _ array: [UInt8]) -> [UInt8] {
      var header = [UInt8](repeating: 0, count: 512)
      header.replaceSubrange(0..<8, with: "EFI PART".utf8)
      let usual: [Int: UInt64] = [
        8: 0x10000, 12: 92, 24: place, 32: other, 40: 34, 48: last - 33, 56: 0x1122_3344, 72: start, 80: 128, 84: 128,
        88: UInt64(crc(array)) ^ (spoilsEntries ? 1 : 0),
      ]
      for (offset, value) in usual.merging(fields, uniquingKeysWith: { $1 }) {
        put(value, offset <= 12 || offset >= 80 ? 4 : 8, offset, &header)
      }
      put(UInt64(crc(header.prefix(92))) ^ (spoilsHeader ? 1 : 0), 4, 16, &header)
      return header
    }
  }

  private static func put(_ value: UInt64, _ count: Int, _ offset: Int, _ bytes: inout [UInt8]) {
    for index in 0..<count { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index))) }
  }

  /// The CRC-32 of GPTs, of zip files and of Ethernet.
  private static func crc(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
  }
}
