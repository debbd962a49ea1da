package import SystemPackage

/// What a partition or volume holds, by the signature in its first bytes.
package enum VolumeContent: Sendable, Hashable {
  /// ext2, ext3 or ext4, told apart by features as blkid does.
  case ext(Int)
  case xfs
  case btrfs
  case swap
  case vfat
  case luks
  /// An LVM physical volume.
  case lvm
  /// Known to libparted only.
  case other(String)

  /// The name as in `blkid`.
  package var name: String {
    switch self {
    case .ext(let version): "ext\(version)"
    case .xfs: "xfs"
    case .btrfs: "btrfs"
    case .swap: "swap"
    case .vfat: "vfat"
    case .luks: "crypto_LUKS"
    case .lvm: "LVM2_member"
    case .other(let name): name
    }
  }

  /// Whether it is ext2, ext3 or ext4.
  package var isExt: Bool { if case .ext = self { true } else { false } }

  /// Looks at one run of an image; nil when nothing is recognised. Throws when the file cannot be read.
  package static func probe(_ image: FilePath, in extent: ImageExtent) throws -> VolumeContent? {
    try probe(HostFile(image), in: extent)
  }

  static func probe(_ file: borrowing HostFile, in extent: ImageExtent) throws -> VolumeContent? {
    let head = try file.bytes(at: extent.offset, count: Int(min(extent.length, 0x11000)))
    func has(_ text: String, at offset: Int) -> Bool {
      offset + text.utf8.count <= head.count && head[offset..<offset + text.utf8.count].elementsEqual(text.utf8)
    }
    // Offsets: the on-disk formats' own documents; LVM label in one of the first four sectors (lvmlabel in LVM2's source).
    if head.starts(with: [0x4C, 0x55, 0x4B, 0x53, 0xBA, 0xBE]) { return .luks }
    if (0..<4).contains(where: { has("LABELONE", at: $0 * 512) && has("LVM2 001", at: $0 * 512 + 24) }) { return .lvm }
    if has("XFSB", at: 0) { return .xfs }
    if has("_BHRfS_M", at: 0x10040) { return .btrfs }
    // mkswap overwrites a superblock; where both are there nothing may be taken for swap, which is zeroed.
    if let superblock = ExtSuperblock(bytes: head.dropFirst(1024)) { return .ext(superblock.version) }
    if has("SWAPSPACE2", at: 4096 - 10) || has("SWAPSPACE2", at: 65536 - 10) { return .swap }
    if has("FAT32   ", at: 82) || has("FAT16   ", at: 54) || has("FAT12   ", at: 54) { return .vfat }
    return nil
  }
}
