import CExt2fs

/// What an inode says about a file, directory or other node in an image.
package struct Ext4Status: Sendable, Hashable {
  /// The kind of node.
  package enum Kind: String, Sendable, Hashable {
    case file
    case directory
    case symlink
    case characterDevice
    case blockDevice
    case fifo
    case socket
    case unknown
  }

  package var inode: UInt32
  package var kind: Kind
  /// The twelve permission bits.
  package var permissions: UInt16
  package var owner: UInt32
  package var group: UInt32
  /// Bytes.
  package var size: Int64
  /// Names that refer to the inode.
  package var links: Int
  /// Bytes allocated on the disk, of blocks the inode owns.
  package var allocated: Int64

  init(_ number: ext2_ino_t, _ inode: borrowing ext2_inode_large, allocated: Int64) {
    self.inode = number
    kind = Kind(mode: inode.i_mode)
    permissions = inode.i_mode & 0o7777
    owner = UInt32(inode.i_uid) | UInt32(inode.osd2.linux2.l_i_uid_high) << 16
    group = UInt32(inode.i_gid) | UInt32(inode.osd2.linux2.l_i_gid_high) << 16
    size = min(Int64(clamping: UInt64(inode.i_size) | UInt64(inode.i_size_high) << 32), Ext4Status.largest)
    links = Int(inode.i_links_count)
    self.allocated = min(allocated, Ext4Status.largest)
  }

  /// No file can be larger: 2^32 blocks of 64 KiB. A number beyond it is not believed, and could not be added up.
  private static let largest: Int64 = 1 << 48
}

extension Ext4Status.Kind {
  /// From the type bits of a mode (inode(7)).
  init(mode: UInt16) {
    switch mode & 0o170000 {
    case 0o100000: self = .file
    case 0o040000: self = .directory
    case 0o120000: self = .symlink
    case 0o020000: self = .characterDevice
    case 0o060000: self = .blockDevice
    case 0o010000: self = .fifo
    case 0o140000: self = .socket
    default: self = .unknown
    }
  }
}
