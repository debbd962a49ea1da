import CExt2fs

/// Reading and writing inodes at the file system's own inode size.
///
/// The small `ext2_inode` would lose the extra fields and, when written, whatever lies in the inode's tail: attributes, inline data.
extension Ext4FileSystem {
  /// Bytes of an inode on the disk.
  var inodeSize: Int {
    let superblock = fs.pointee.super.pointee
    return superblock.s_rev_level == 0 ? 128 : Int(superblock.s_inode_size)
  }

  /// The first inode that is not reserved for the file system itself.
  var firstFreeInode: ext2_ino_t {
    let superblock = fs.pointee.super.pointee
    return superblock.s_rev_level == 0 ? 11 : superblock.s_first_ino
  }

  /// Reads an inode into a buffer that lives as long as `body`.
  ///
  /// Throws `.corrupt` for a number outside the file system, a checksum that is wrong, an inode that is not in use.
  func withInode<Result>(
    _ number: ext2_ino_t, _ body: (UnsafeMutablePointer<ext2_inode_large>) throws -> Result
  ) throws -> Result {
    guard number > 0, number <= fs.pointee.super.pointee.s_inodes_count else {
      throw DiskImageError(.corrupt, "the image refers to inode \(number), which does not exist")
    }
    return try withInodeBuffer { inode in
      try Ext2Error.check("read inode \(number)") {
        ext2fs_read_inode_full(fs, number, ext2fs_inode(inode), Int32(inodeSize))
      }
      guard inode.pointee.i_links_count > 0, inode.pointee.i_mode != 0 else {
        throw DiskImageError(.corrupt, "the image refers to inode \(number), which is not in use")
      }
      return try body(inode)
    }
  }

  /// An inode of zeros, large enough for both the file system's size and the C struct.
  func withInodeBuffer<Result>(_ body: (UnsafeMutablePointer<ext2_inode_large>) throws -> Result) rethrows -> Result {
    let size = max(inodeSize, MemoryLayout<ext2_inode_large>.size)
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 8)
    defer { buffer.deallocate() }
    buffer.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    return try body(buffer.bindMemory(to: ext2_inode_large.self, capacity: 1))
  }

  func write(_ inode: UnsafeMutablePointer<ext2_inode_large>, as number: ext2_ino_t) throws {
    try Ext2Error.check("write inode \(number)") {
      ext2fs_write_inode_full(fs, number, ext2fs_inode(inode), Int32(inodeSize))
    }
  }

  /// Dates a change of the inode itself, and of its contents when `contents`.
  func stamp(_ inode: UnsafeMutablePointer<ext2_inode_large>, contents: Bool) {
    inode.pointee.i_ctime = now
    // The extra words hold nanoseconds and the bits above 2038: those of the old date.
    let hasExtra = inodeSize > 128 && inode.pointee.i_extra_isize >= 16
    if hasExtra { inode.pointee.i_ctime_extra = 0 }
    if contents {
      inode.pointee.i_mtime = now
      if hasExtra { inode.pointee.i_mtime_extra = 0 }
    }
  }

  func status(of number: ext2_ino_t) throws -> Ext4Status {
    try withInode(number) { inode in
      let (bytes, overflow) = ext2fs_get_stat_i_blocks(fs, ext2fs_inode(inode)).multipliedReportingOverflow(by: 512)
      return Ext4Status(number, inode.pointee, allocated: overflow ? .max : Int64(clamping: bytes))
    }
  }

  /// Runs `change` on an inode and writes it back, dated.
  func update(_ number: ext2_ino_t, _ change: (inout ext2_inode_large) -> Void) throws {
    try withInode(number) { inode in
      change(&inode.pointee)
      stamp(inode, contents: false)
      try write(inode, as: number)
    }
  }
}
