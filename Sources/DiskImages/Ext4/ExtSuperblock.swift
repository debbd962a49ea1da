/// The superblock of an ext2, ext3 or ext4 file system as it lies on the disk.
///
/// Read by hand before libext2fs sees the image: the library believes the sizes in it. Field offsets: Linux kernel documentation,
/// "ext4 data structures and algorithms", section "Super Block".
package struct ExtSuperblock: Sendable, Hashable {
  private let bytes: [UInt8]

  /// nil when the 1,024 bytes are no superblock (magic number 0xEF53) or its sizes make no sense.
  package init?(bytes: some Sequence<UInt8>) {
    self.bytes = Array(bytes.prefix(1024))
    guard self.bytes.count == 1024, number(0x38, 2) == 0xEF53, number(0x18, 4) <= 6, number(0x28, 4) > 0,
      number(0x20, 4) > 0, blocks > 0, blocks < 1 << 46,  // so that the length in bytes fits 63 bits
      blocks / number(0x20, 4) < 1 << 20  // a descriptor each: libext2fs keeps them all in memory
    else { return nil }
  }

  private func number(_ offset: Int, _ count: Int) -> Int64 {
    var value: Int64 = 0
    for index in (0..<count).reversed() { value = value << 8 | Int64(bytes[offset + index]) }
    return value
  }

  private func has(_ offset: Int, _ bit: Int64) -> Bool { number(offset, 4) & bit != 0 }
  private func hasCompatible(_ bit: Int64) -> Bool { has(0x5C, bit) }
  private func hasIncompatible(_ bit: Int64) -> Bool { has(0x60, bit) }
  private func hasReadOnlyCompatible(_ bit: Int64) -> Bool { has(0x64, bit) }

  /// Bytes per block.
  package var blockSize: Int64 { 1024 << number(0x18, 4) }
  /// Blocks of the file system, reserved ones included.
  package var blocks: Int64 { number(0x04, 4) | (hasIncompatible(0x80) ? number(0x150, 4) << 32 : 0) }
  /// Bytes of the whole file system.
  package var length: Int64 { blocks * blockSize }
  /// The volume label; may hold anything, so show it `.printable`.
  package var label: String { String(decoding: bytes[0x78..<0x88].prefix { $0 != 0 }, as: UTF8.self) }
  /// Sixteen bytes, zeros when there is none.
  var uuid: [UInt8] { Array(bytes[0x68..<0x78]) }
  /// 2 without a journal, 4 with a feature that ext3 does not know, else 3.
  package var version: Int {
    // extents, 64bit, flex_bg, mmp, meta_csum_seed, inline_data / huge_file, gdt_csum, dir_nlink, extra_isize, metadata_csum
    if number(0x60, 4) & 0xA3C0 != 0 || number(0x64, 4) & 0x478 != 0 { return 4 }
    return hasCompatible(0x4) ? 3 : 2
  }
  /// The inode of the journal inside the file system; nil without one.
  package var journalInode: UInt32? {
    let inode = UInt32(truncatingIfNeeded: number(0xE0, 4))
    return hasCompatible(0x4) && inode != 0 ? inode : nil
  }

  /// The journal holds changes that were not written to their places yet.
  package var needsRecovery: Bool { hasIncompatible(0x4) }

  /// Why the contents are not what they would be after a clean unmount; nil when they are.
  package var uncleanReason: String? {
    if needsRecovery { return "its journal has to be replayed" }
    if number(0x3A, 2) & 0x2 != 0 { return "it is marked as having errors" }
    if number(0x3A, 2) & 0x1 == 0 { return "it was not unmounted" }
    if number(0xE8, 4) != 0 || hasReadOnlyCompatible(0x1_0000) { return "it has files that were deleted while open" }
    return nil
  }

  /// A feature whose own data libext2fs does not keep right while files are removed and written; nil when there is none.
  package var unwritableFeature: String? {
    if hasReadOnlyCompatible(0x100) { return "quota" }
    if hasReadOnlyCompatible(0x2000) { return "project" }
    if hasReadOnlyCompatible(0x4000) { return "shared_blocks" }
    if hasIncompatible(0x400) { return "ea_inode" }
    if hasIncompatible(0x100) { return "mmp" }
    if hasIncompatible(0x1_0000) { return "encrypt" }
    // The guest takes names that differ in case for one, libext2fs does not.
    if hasIncompatible(0x2_0000) { return "casefold" }
    if hasIncompatible(0x8) { return "journal_dev" }
    return nil
  }
}
