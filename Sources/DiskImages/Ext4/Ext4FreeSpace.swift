import CExt2fs

/// Where an ext file system keeps bytes that nobody needs: free blocks, free inodes, the log of a clean journal.
///
/// Positions are bytes of the image file. They are those of the bitmaps in memory: punch after `close()`, from a fresh read-only handle.
extension Ext4FileSystem {
  /// Calls `body` with each run of free blocks, in order; throws what `body` throws.
  package func forEachFreeRun(_ body: (ImageExtent) throws -> Void) throws {
    // With bigalloc the bitmap counts clusters: libext2fs asks and answers in blocks all the same.
    let end = blk64_t(ext2fs_blocks_count(fs.pointee.super))
    var position = blk64_t(fs.pointee.super.pointee.s_first_data_block)
    var start: blk64_t = 0
    while position < end, ext2fs_find_first_zero_block_bitmap2(fs.pointee.block_map, position, end - 1, &start) == 0 {
      var used: blk64_t = 0
      let found = ext2fs_find_first_set_block_bitmap2(fs.pointee.block_map, start, end - 1, &used)
      position = found == 0 ? used : end
      try body(extent(ofBlocks: start..<position))
    }
  }

  /// Calls `body` with each run of inodes that are not in use; names, sizes and block lists of deleted files stay in them otherwise.
  ///
  /// Zeros there are what the kernel's lazy initialisation writes, too.
  package func forEachFreeInodeRun(_ body: (ImageExtent) throws -> Void) throws {
    let superblock = fs.pointee.super.pointee
    let perGroup = superblock.s_inodes_per_group
    let size = Int64(inodeSize)
    var position: ext2_ino_t = firstFreeInode
    var start: ext2_ino_t = 0
    let last = superblock.s_inodes_count
    while position <= last, ext2fs_find_first_zero_inode_bitmap2(fs.pointee.inode_map, position, last, &start) == 0 {
      let group = (start - 1) / perGroup
      // A run ends with its group: the next one's table lies elsewhere.
      let groupEnd = min((group + 1) * perGroup, last)
      var used: ext2_ino_t = 0
      let found = ext2fs_find_first_set_inode_bitmap2(fs.pointee.inode_map, start, groupEnd, &used)
      position = found == 0 ? used : groupEnd + 1
      let table = Int64(ext2fs_inode_table_loc(fs, group)) * blockSize
      let first = Int64((start - 1) % perGroup) * size
      try body(ImageExtent(offset: offset + table + first, length: Int64(position - start) * size))
    }
  }

  /// The journal's blocks behind its superblock, when the log is empty; nothing without a journal inside the file system.
  ///
  /// Throws `.needsRecovery` when the log is not empty, `.corrupt` when the journal is not one.
  package func journalLog() throws -> [ImageExtent] {
    guard let (blocks, header) = try journal() else { return [] }
    guard header.start == 0 else {
      throw DiskImageError(.needsRecovery, "the journal still holds changes", hint: "replay it first")
    }
    let keep = max(1, Int(header.first))
    guard keep < blocks.count else { return [] }
    var runs: [ImageExtent] = []
    for block in blocks[keep...] where block != 0 {
      let next = extent(ofBlocks: block..<block + 1)
      if let last = runs.last, last.end == next.offset {
        runs[runs.count - 1].length += next.length
      } else {
        runs.append(next)
      }
    }
    return runs
  }

  /// The fields of the journal's superblock that matter here (big endian; Linux kernel documentation, "Journal (jbd2)").
  struct JournalHeader {
    /// The block where replay begins; 0: the log is empty.
    var start: UInt32
    /// The first block of the log.
    var first: UInt32
  }

  /// The journal's blocks in order and its header; nil without a journal inside the file system.
  func journal() throws -> ([blk64_t], JournalHeader)? {
    let superblock = fs.pointee.super.pointee
    guard ext2fs_has_feature_journal(fs.pointee.super) != 0, superblock.s_journal_inum != 0 else { return nil }
    let blocks = try dataBlocks(of: superblock.s_journal_inum)
    guard let first = blocks.first, first != 0 else { throw DiskImageError(.corrupt, "the journal has no blocks") }
    var bytes = [UInt8](repeating: 0, count: Int(blockSize))
    try Ext2Error.check("read the journal") { io_channel_read_blk64(fs.pointee.io, first, 1, &bytes) }
    func word(_ offset: Int) -> UInt32 { bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) } }
    guard word(0) == 0xC03B_3998 else { throw DiskImageError(.corrupt, "the journal does not begin as one") }
    return (blocks, JournalHeader(start: word(28), first: word(20)))
  }

  private final class Blocks {
    var list: [blk64_t] = []
  }

  private func dataBlocks(of inode: ext2_ino_t) throws -> [blk64_t] {
    let blocks = Blocks()
    let code = ext2fs_block_iterate3(
      fs, inode, BLOCK_FLAG_DATA_ONLY | BLOCK_FLAG_READ_ONLY, nil,
      { _, block, index, _, _, context in
        guard let block, let context, index >= 0 else { return BLOCK_ABORT }
        let blocks = Unmanaged<Blocks>.fromOpaque(context).takeUnretainedValue()
        // In order and without holes, or it is no journal; ten million blocks are more than any.
        guard index == blocks.list.count, index < 10_000_000 else { return BLOCK_ABORT }
        blocks.list.append(block.pointee)
        return 0
      }, Unmanaged.passUnretained(blocks).toOpaque())
    guard code == 0 else { throw Ext2Error.error("read the journal", code) }
    return blocks.list
  }

  private func extent(ofBlocks blocks: Range<blk64_t>) -> ImageExtent {
    ImageExtent(
      offset: offset + Int64(blocks.lowerBound) * blockSize, length: Int64(blocks.count) * blockSize)
  }
}
