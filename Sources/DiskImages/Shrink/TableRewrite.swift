import Glibc
import SystemPackage

/// Writes a partition table anew for a disk whose last partition and whose end have moved.
///
/// By hand: libparted does not agree to a GPT whose second half was cut off. `DiskShrinking` reads the result with libparted.
struct TableRewrite {
  let sectorSize: Int64
  let oldDiskSize: Int64
  let newDiskSize: Int64
  /// Of the partition that changes, in bytes.
  let start: Int64
  let oldLength: Int64
  let newLength: Int64

  /// The four entries of an MBR at byte 446, little endian: flag, CHS, type, CHS, first sector, sectors.
  func msdos(_ disk: FilePath) throws {
    let file = try HostFile(disk, .readWrite)
    var sector = try file.bytes(at: 0, count: 512)
    guard let entry = (0..<4).map({ 446 + 16 * $0 }).first(where: { number(sector, $0 + 8, 4) == start / sectorSize })
    else { throw damaged("the partition is not in it") }
    put(newLength / sectorSize, into: &sector, at: entry + 12, count: 4)
    // The end in cylinders, heads, sectors; what lies beyond 1,023 cylinders of 255 heads and 63 sectors has this mark.
    let last = (start + newLength) / sectorSize - 1
    let cylinder = last / (255 * 63)
    let mark: [UInt8] = [0xFE, 0xFF, 0xFF]
    let place = [UInt8(last / 63 % 255), UInt8(last % 63 + 1 | cylinder >> 2 & 0xC0), UInt8(cylinder & 0xFF)]
    sector.replaceSubrange(entry + 5..<entry + 8, with: cylinder > 1023 ? mark : place)
    try sector.withUnsafeBytes { try file.write($0, at: 0) }
    try file.close()
  }

  /// Both GPT headers and both arrays of entries (UEFI specification 2.10, chapter 5).
  func gpt(_ disk: FilePath) throws {
    let file = try HostFile(disk, .readWrite)
    var header = try file.bytes(at: sectorSize, count: Int(sectorSize))
    guard header.count == sectorSize, header.starts(with: "EFI PART".utf8) else { throw damaged("no GPT header") }
    let (count, size) = (number(header, 80, 4), number(header, 84, 4))
    guard (1...1024).contains(count), size == 128, (92...sectorSize).contains(number(header, 12, 4)) else {
      throw damaged("it has \(count) entries of \(size) bytes")
    }
    let arrayStart = number(header, 72, 8)
    guard arrayStart >= 2, (arrayStart * sectorSize) + count * size <= start else {
      throw damaged("its entries are far away")
    }
    var entries = try file.bytes(at: arrayStart * sectorSize, count: Int(count * size))
    guard let entry = stride(from: 0, to: entries.count, by: 128).first(where: { isOurs(entries, $0) }) else {
      throw damaged("the partition is not in it")
    }
    put((start + newLength) / sectorSize - 1, into: &entries, at: entry + 40, count: 8)
    let arraySectors = (count * size + sectorSize - 1) / sectorSize
    let last = newDiskSize / sectorSize - 1
    let usable = last - arraySectors - 1
    guard usable >= (start + newLength) / sectorSize - 1 else { throw damaged("there is no room for its second half") }
    put(usable, into: &header, at: 48, count: 8)
    put(CRC32.of(entries), into: &header, at: 88, count: 4)
    try write(header, entries, at: 1, backup: last, array: arrayStart, to: file)
    try write(header, entries, at: last, backup: 1, array: last - arraySectors, to: file)
    try protect(file)
    try file.close()
  }

  private func isOurs(_ entries: [UInt8], _ entry: Int) -> Bool {
    entries[entry..<entry + 16].contains { $0 != 0 } && number(entries, entry + 32, 8) == start / sectorSize
  }

  private func write(
    _ header: [UInt8], _ entries: [UInt8], at place: Int64, backup: Int64, array: Int64, to file: borrowing HostFile
  ) throws {
    var header = header
    put(place, into: &header, at: 24, count: 8)
    put(backup, into: &header, at: 32, count: 8)
    put(array, into: &header, at: 72, count: 8)
    put(0, into: &header, at: 16, count: 4)
    put(CRC32.of(header[..<Int(number(header, 12, 4))]), into: &header, at: 16, count: 4)
    try entries.withUnsafeBytes { try file.write($0, at: array * sectorSize) }
    try header.withUnsafeBytes { try file.write($0, at: place * sectorSize) }
  }

  /// The protective MBR says how long the disk is.
  private func protect(_ file: borrowing HostFile) throws {
    var sector = try file.bytes(at: 0, count: 512)
    guard sector.count == 512, let entry = (0..<4).map({ 446 + 16 * $0 }).first(where: { sector[$0 + 4] == 0xEE })
    else {
      return
    }
    put(min(newDiskSize / sectorSize - 1, 0xFFFF_FFFF), into: &sector, at: entry + 12, count: 4)
    try sector.withUnsafeBytes { try file.write($0, at: 0) }
  }

  private func damaged(_ why: String) -> DiskImageError {
    DiskImageError(.invalidPartitionTable, "the partition table cannot be written anew: \(why)")
  }

  private func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> Int64 {
    let value = bytes[offset..<offset + count].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int64(clamping: value)
  }

  private func put(_ value: Int64, into bytes: inout [UInt8], at offset: Int, count: Int) {
    for index in 0..<count { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * Int64(index))) }
  }
}

/// The CRC of GPT headers: polynomial 0x04C11DB7, reflected (UEFI specification, "GPT Header").
enum CRC32 {
  static func of(_ bytes: some Sequence<UInt8>) -> Int64 {
    var sum: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ 0xEDB8_8320 }
    }
    return Int64(~sum)
  }
}
