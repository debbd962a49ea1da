import CExt2fs

/// Where a file has data.
extension Ext4FileSystem {
  private final class Runs {
    var list: [Range<Int64>] = []
    var isTooMany = false
    let blockSize: Int64
    let size: Int64
    static let most = 4_000_000

    init(blockSize: Int64, size: Int64) {
      self.blockSize = blockSize
      self.size = size
    }

    /// False: enough.
    func add(_ index: Int64) -> Bool {
      // Blocks behind the end were allocated in advance.
      guard index <= size / blockSize, index * blockSize < size else { return true }
      let (start, end) = (index * blockSize, min((index + 1) * blockSize, size))
      if let last = list.last, last.upperBound == start {
        list[list.count - 1] = last.lowerBound..<end
        return true
      }
      guard start >= list.last?.upperBound ?? 0, list.count < Runs.most else {
        isTooMany = true
        return false
      }
      list.append(start..<end)
      return true
    }
  }

  /// The runs of bytes of a regular file that lie in blocks, in order; everything else of it is a hole.
  ///
  /// Throws `.corrupt` for blocks that are not in order, or more runs than any file has.
  func dataRuns(of status: Ext4Status) throws -> [Range<Int64>] {
    let runs = Runs(blockSize: blockSize, size: status.size)
    let code = ext2fs_block_iterate3(
      fs, status.inode, BLOCK_FLAG_DATA_ONLY | BLOCK_FLAG_READ_ONLY, nil,
      { _, _, index, _, _, context in
        guard let context, index >= 0 else { return 0 }
        return Unmanaged<Runs>.fromOpaque(context).takeUnretainedValue().add(Int64(index)) ? 0 : BLOCK_ABORT
      }, Unmanaged.passUnretained(runs).toOpaque())
    guard code == 0 else { throw Ext2Error.error("find the blocks of inode \(status.inode)", code) }
    guard !runs.isTooMany else {
      throw DiskImageError(.corrupt, "the blocks of inode \(status.inode) in the image are in no order")
    }
    return runs.list
  }

  /// Calls `body` with what lies in some runs of a file, piece by piece.
  func readContents(
    _ status: Ext4Status, _ path: ImagePath, runs: [Range<Int64>], _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try withFile(status.inode, flags: 0, path) { file in
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
      defer { buffer.deallocate() }
      for run in runs {
        try Ext2Error.check("read '\(path)' in the image") {
          ext2fs_file_llseek(file, UInt64(run.lowerBound), EXT2_SEEK_SET, nil)
        }
        var left = Int64(run.count)
        while left > 0 {
          var got: UInt32 = 0
          try Ext2Error.check("read '\(path)' in the image") {
            ext2fs_file_read(file, buffer.baseAddress, UInt32(min(Int64(buffer.count), left)), &got)
          }
          guard got > 0 else { throw DiskImageError(.corrupt, "'\(path)' in the image ends too early") }
          try body(UnsafeRawBufferPointer(rebasing: buffer[..<Int(got)]))
          left -= Int64(got)
        }
      }
    }
  }
}
