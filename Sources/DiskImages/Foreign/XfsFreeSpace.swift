package import SystemPackage

/// The free space of an xfs in an image, as `xfs_db -c 'freesp -d'` lists it: one line per run, with group, block and length.
///
/// Only of a file system that is sound and was unmounted: blocks that a journal still speaks of may be somebody's.
package struct XfsFreeSpace: Sendable {
  private let blockSize: Int64
  private let blocks: Int64
  private let groupBlocks: Int64
  private let groups: Int64
  /// Free blocks by the superblock, those of the free lists' own trees included.
  private let mostFree: Int64
  /// In bytes from the file system's start.
  package private(set) var runs: [ImageExtent] = []

  /// Reads the superblock of the file system at `extent`; throws `.corrupt` when its numbers cannot be. Blocks.
  ///
  /// Big-endian: block size at byte 4, blocks 8, blocks of a group 84, groups 88, free blocks 144. (struct xfs_dsb, xfs_format.h)
  package init(of image: FilePath, in extent: ImageExtent) throws {
    let bytes = try HostFile(image).bytes(at: extent.offset, count: 512)
    guard bytes.count == 512, bytes.starts(with: "XFSB".utf8) else {
      throw DiskImageError(.corrupt, "'\(image)' has no xfs where it should be")
    }
    func number(_ offset: Int, _ count: Int) -> Int64 {
      Int64(clamping: bytes[offset..<offset + count].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
    blockSize = number(4, 4)
    blocks = number(8, 8)
    groupBlocks = number(84, 4)
    groups = number(88, 4)
    mostFree = number(144, 8)
    guard (512...65536).contains(blockSize), (1...1 << 31).contains(groupBlocks), (1...1 << 30).contains(groups),
      blocks <= extent.length / blockSize, blocks <= groups * groupBlocks
    else { throw DiskImageError(.corrupt, "the superblock of the xfs in '\(image)' cannot be right") }
  }

  /// Takes one line; a heading is passed over. Throws `.corrupt` for a run outside of the file system.
  package mutating func take(_ line: String) throws {
    let numbers = line.split(whereSeparator: \.isWhitespace).map { Int64($0) }
    guard numbers.count == 3, let group = numbers[0], let block = numbers[1], let length = numbers[2] else { return }
    guard (0..<groups).contains(group), (1..<groupBlocks).contains(block), (1...groupBlocks - block).contains(length),
      group * groupBlocks + block + length <= blocks
    else { throw XfsFreeSpace.inconsistent }
    runs.append(
      ImageExtent(offset: (group * groupBlocks + block) * blockSize, length: length * blockSize))
  }

  /// The runs, when together they can be right; throws `.corrupt` when they overlap or are more than the superblock counts.
  package func checked() throws -> [ImageExtent] {
    var end: Int64 = 0
    var sum: Int64 = 0
    for run in runs.sorted(by: { $0.offset < $1.offset }) {
      guard run.offset >= end else { throw XfsFreeSpace.inconsistent }
      end = run.end
      sum += run.length
    }
    guard sum / blockSize <= mostFree else { throw XfsFreeSpace.inconsistent }
    return runs
  }

  private static let inconsistent = DiskImageError(.corrupt, "the free space of the xfs cannot be told")
}
