/// Where a file with holes has its data, as an archive writes it down.
struct SparseMap {
  /// In order, within the file.
  let runs: [Range<Int64>]
  let size: Int64
  let dataSize: Int64

  /// Smaller holes are written out: an archive without the extension is read by every program (BusyBox knows no holes), and `lastlog` and
  /// its kin are on every system.
  private static let smallestSaving: Int64 = 1 << 20

  /// nil when the file is not worth it.
  init?(of status: Ext4Status, in files: borrowing Ext4FileSystem) throws {
    // What the inode counts is the guest's word; at worst the blocks are looked at in vain, or the holes are written out.
    guard status.size - status.allocated >= SparseMap.smallestSaving else { return nil }
    size = status.size
    runs = try files.dataRuns(of: status)
    dataSize = runs.reduce(0) { $0 + Int64($1.count) }
    guard size - dataSize >= SparseMap.smallestSaving else { return nil }
  }

  /// Decimal numbers, a line each: how many runs, then start and length of each; filled up to 512 bytes.
  var text: [UInt8] {
    // A hole at the end is told by an empty run there.
    let all = runs.last?.upperBound == size ? runs : runs + [size..<size]
    var text = Array("\(all.count)\n".utf8)
    for run in all { text += Array("\(run.lowerBound)\n\(run.count)\n".utf8) }
    return text + TarHeader.padding(Int64(text.count))
  }

  /// What a program that does not know holes calls the member.
  static func standIn(for path: ImagePath) -> [UInt8] {
    let last = path.components.last ?? []
    let isPlain = last.count <= 64 && last.allSatisfy { (0x21..<0x7F).contains($0) }
    return Array("./GNUSparseFile.0/".utf8) + (isPlain ? last : Array("file".utf8))
  }
}
