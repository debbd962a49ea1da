/// The free space of a btrfs on one device, worked out from what `btrfs inspect-internal dump-tree` prints of two trees: where chunks
/// lie, and which extents in them are taken.
///
/// The sum of extents of every chunk has to be what its block group counts: what was misread or left out shows there. Only of a
/// file system that is sound and whose log tree is empty.
package struct BtrfsFreeSpace: Sendable {
  private struct Chunk {
    var start: Int64
    var length: Int64 = 0
    var isPlain = false
    /// Where it lies on the device: two places with the profile DUP.
    var places: [Int64] = []
    var used: Int64?
  }

  private var chunks: [Chunk] = []
  private var extents: [ImageExtent] = []
  private var group: Int64?
  private let nodeSize: Int64

  /// `nodeSize`: bytes of a tree's block, by the superblock.
  package init(nodeSize: Int64) { self.nodeSize = nodeSize }

  /// Whether the extent tree held the block groups; if not they are in a tree of their own (`-t 11`).
  package var hasGroups: Bool { chunks.contains { $0.used != nil } }

  /// Takes one line of the chunk tree; throws `.unsupported` for a file system of several devices.
  package mutating func takeChunks(_ line: String) throws {
    let words = line.split(whereSeparator: \.isWhitespace)
    if let key = BtrfsFreeSpace.key(words) {
      if key.kind == "CHUNK_ITEM" { chunks.append(Chunk(start: key.offset)) }
      if key.kind == "DEV_ITEM", key.offset != 1 { throw BtrfsFreeSpace.unsupported }
      return
    }
    guard let last = chunks.indices.last else { return }
    if words.count >= 8, words[0] == "length", words[6] == "type" {
      chunks[last].length = Int64(words[1]) ?? 0
      let profile = words[7].split(separator: "|").last
      chunks[last].isPlain = profile == "single" || profile == "DUP"
    }
    if words.count == 6, words[0] == "stripe", words[4] == "offset" {
      guard words[3] == "1", let place = Int64(words[5]) else { throw BtrfsFreeSpace.unsupported }
      chunks[last].places.append(place)
    }
  }

  /// Takes one line of the extent tree, or of the block groups' own; chunks were taken before.
  package mutating func takeExtents(_ line: String) {
    let words = line.split(whereSeparator: \.isWhitespace)
    if let key = BtrfsFreeSpace.key(words) {
      group = key.kind == "BLOCK_GROUP_ITEM" ? Int64(key.object) : nil
      guard let start = Int64(key.object) else { return }
      if key.kind == "EXTENT_ITEM" { extents.append(ImageExtent(offset: start, length: key.offset)) }
      if key.kind == "METADATA_ITEM" { extents.append(ImageExtent(offset: start, length: nodeSize)) }
      return
    }
    if words.count > 3, words[0] == "block", words[1] == "group", words[2] == "used", let group,
      let index = chunks.firstIndex(where: { $0.start == group })
    {
      chunks[index].used = Int64(words[3])
    }
  }

  /// `item 3 key (30408704 BLOCK_GROUP_ITEM 33554432) itemoff …`
  private static func key(_ words: [Substring]) -> (object: Substring, kind: Substring, offset: Int64)? {
    guard words.count > 5, words[0] == "item", words[2] == "key", words[3].first == "(", words[5].last == ")",
      let offset = Int64(words[5].dropLast())
    else { return nil }
    return (words[3].dropFirst(), words[4], offset)
  }

  /// The free runs in bytes from the file system's start, `size` bytes long; throws `.unsupported` for a profile with stripes, `.corrupt`
  /// when the trees contradict each other.
  package func runs(size: Int64) throws -> [ImageExtent] {
    var free: [ImageExtent] = []
    var taken: [ImageExtent] = []
    var left = extents.sorted { $0.offset < $1.offset }[...]
    for chunk in chunks.sorted(by: { $0.start < $1.start }) {
      guard chunk.isPlain, !chunk.places.isEmpty else { throw BtrfsFreeSpace.unsupported }
      let (end, overflow) = chunk.start.addingReportingOverflow(chunk.length)
      guard chunk.length > 0, !overflow else { throw BtrfsFreeSpace.inconsistent }
      var position = chunk.start
      var used: Int64 = 0
      var gaps: [ImageExtent] = []
      while let next = left.first, next.offset < end {
        guard next.length > 0, next.offset >= position, next.length <= end - next.offset else {
          throw BtrfsFreeSpace.inconsistent
        }
        if next.offset > position { gaps.append(ImageExtent(offset: position, length: next.offset - position)) }
        position = next.end
        used += next.length
        left.removeFirst()
      }
      guard used == chunk.used else { throw BtrfsFreeSpace.inconsistent }
      if position < end { gaps.append(ImageExtent(offset: position, length: end - position)) }
      for place in chunk.places {
        guard place >= 0, chunk.length <= size, place <= size - chunk.length else { throw BtrfsFreeSpace.inconsistent }
        taken.append(ImageExtent(offset: place, length: chunk.length))
        free += gaps.map { ImageExtent(offset: place + ($0.offset - chunk.start), length: $0.length) }
      }
    }
    guard left.isEmpty, !chunks.isEmpty else { throw BtrfsFreeSpace.inconsistent }
    free += try BtrfsFreeSpace.gaps(taken, from: 0, to: size)
    return BtrfsFreeSpace.reserved.reduce(free) { runs, hole in runs.flatMap { BtrfsFreeSpace.cut($0, hole) } }
  }

  /// The first MiB is left to boot loaders, and the superblock has copies; no chunk uses these. (ctree.h, disk-io.h of Linux)
  private static let reserved = [
    ImageExtent(offset: 0, length: 1 << 20), ImageExtent(offset: 64 << 20, length: 1 << 16),
    ImageExtent(offset: 256 << 30, length: 1 << 16),
  ]

  /// What lies between runs.
  private static func gaps(_ runs: [ImageExtent], from start: Int64, to end: Int64) throws -> [ImageExtent] {
    var gaps: [ImageExtent] = []
    var position = start
    for run in runs.sorted(by: { $0.offset < $1.offset }) {
      guard run.offset >= position else { throw inconsistent }
      if run.offset > position { gaps.append(ImageExtent(offset: position, length: run.offset - position)) }
      position = run.end
    }
    if position < end { gaps.append(ImageExtent(offset: position, length: end - position)) }
    return gaps
  }

  private static func cut(_ run: ImageExtent, _ hole: ImageExtent) -> [ImageExtent] {
    guard run.offset < hole.end, hole.offset < run.end else { return [run] }
    var parts: [ImageExtent] = []
    if run.offset < hole.offset { parts.append(ImageExtent(offset: run.offset, length: hole.offset - run.offset)) }
    if hole.end < run.end { parts.append(ImageExtent(offset: hole.end, length: run.end - hole.end)) }
    return parts
  }

  private static let unsupported = DiskImageError(
    .unsupported, "the free space of a btrfs with several devices or stripes cannot be told")
  private static let inconsistent = DiskImageError(.corrupt, "the free space of the btrfs cannot be told")
}
