import Glibc
import PrivilegedOperations

/// What is looked at in a file system before the kernel is given it: the ways in which a superblock reaches for other devices.
enum Superblock {
  /// Throws ``Refusal`` when it is not of that kind, or names other devices. Offsets: the file systems' own documents.
  static func check(_ file: borrowing Descriptor, at offset: Int64, _ kind: GuestVolume.Kind) throws {
    guard try self.kind(of: file, at: offset) == kind else { throw Refusal("there is no \(kind) file system there") }
    switch kind {
    case .btrfs:
      let head = try bytes(file, offset + 0x10000, 0x90)
      // With more devices the kernel takes the others from whatever it has seen.
      guard head[0x88..<0x90].elementsEqual([1, 0, 0, 0, 0, 0, 0, 0]) else { throw Refusal("btrfs on several devices") }
      // A second file system with the number of one that is mounted would be taken for a device of that one.
      guard access("/sys/fs/btrfs/\(identity(head[0x20..<0x30]))", F_OK) != 0 else {
        throw Refusal("a btrfs with the same UUID is mounted on this host")
      }
    case .ext4:
      let head = try bytes(file, offset + 1024, 1024)
      // s_journal_dev and s_mount_opts: a journal on a device of the host's.
      guard head[0xE4..<0xE8].allSatisfy({ $0 == 0 }) else { throw Refusal("ext4 with its journal on another device") }
      guard head[0x200..<0x240].allSatisfy({ $0 == 0 }) else { throw Refusal("ext4 with mount options of its own") }
    case .xfs:
      // sb_logstart: 0 is a log on another device.
      let head = try bytes(file, offset, 0x38)
      guard head[0x30..<0x38].contains(where: { $0 != 0 }) else { throw Refusal("xfs with its log on another device") }
    }
  }

  /// The kind by its magic number; nil when it is none of ours.
  static func kind(of file: borrowing Descriptor, at offset: Int64) throws -> GuestVolume.Kind? {
    if try bytes(file, offset, 4).elementsEqual("XFSB".utf8) { return .xfs }
    if try bytes(file, offset + 1024 + 0x38, 2).elementsEqual([0x53, 0xEF]) { return .ext4 }
    if try bytes(file, offset + 0x10040, 8).elementsEqual("_BHRfS_M".utf8) { return .btrfs }
    return nil
  }

  /// Zeros where the file has ended.
  private static func bytes(_ file: borrowing Descriptor, _ offset: Int64, _ count: Int) throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    guard pread(file.number, &buffer, count, off_t(offset)) >= 0 else { throw Failure.system("read the image") }
    return buffer
  }

  private static func identity(_ bytes: ArraySlice<UInt8>) -> String {
    var text = ""
    for (index, byte) in bytes.enumerated() {
      if [4, 6, 8, 10].contains(index) { text += "-" }
      text += String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
    return text
  }
}
