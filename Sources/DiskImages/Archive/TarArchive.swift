import Glibc
import Model
package import SystemPackage

/// Packs a file system of an image as a pax archive, read by libext2fs and streamed: nothing is mounted, memory stays small.
package enum TarArchive {
  /// Writes the root file system of a raw disk to `target`, which must not exist; after a failure it does not.
  ///
  /// The same file system gives the same bytes: names are in order, nothing of the host is in it. Left out: sockets, which no archive
  /// can hold, and `lost+found`. Holes of a MiB and more are kept. Throws as `RootPartition.find`, `.tooLarge` for a file that claims more
  /// data than the file system could hold, `.noSpace`, `.corrupt`. Blocks.
  package static func write(rootOf raw: FilePath, to target: FilePath) throws {
    let root = try RootPartition.find(in: raw, PartitionTable.read(raw))
    let files = try Ext4FileSystem.open(image: raw, extent: root.extent, mode: .readOnly)
    try write(files, of: root.extent, to: target)
  }

  /// Packs once more without writing: throws `.digestMismatch` when `target` has other bytes, and as `write(rootOf:to:)`. Blocks.
  static func compare(rootOf raw: FilePath, with target: FilePath) throws {
    let root = try RootPartition.find(in: raw, PartitionTable.read(raw))
    let files = try Ext4FileSystem.open(image: raw, extent: root.extent, mode: .readOnly)
    var output = try TarOutput(comparingWith: target)
    var walk = TarWalk(limit: root.extent.length)
    try walk.run(files, into: &output)
    try output.close()
  }

  /// As `write(rootOf:to:)` for an open file system.
  package static func write(
    _ files: borrowing Ext4FileSystem, of extent: ImageExtent, to target: FilePath
  ) throws {
    var output = try TarOutput(target)
    do {
      var walk = TarWalk(limit: extent.length)
      try walk.run(files, into: &output)
      try output.close()
    } catch {
      unlink(target.string)
      throw error
    }
  }
}

/// One pass over a file system, in the order of names, parents first.
private struct TarWalk {
  /// A file may not be longer than this, and all together not than eight times this: holes cost nothing in an image.
  let limit: Int64
  private var left: Int64
  /// The first name of each file with several.
  private var names: [UInt32: [UInt8]] = [:]

  init(limit: Int64) {
    self.limit = limit
    let (total, overflow) = limit.multipliedReportingOverflow(by: 8)
    left = overflow ? .max : total
  }

  mutating func run(_ files: borrowing Ext4FileSystem, into output: inout TarOutput) throws {
    let start = try files.require(.root)
    var pending = [(path: ImagePath.root, inode: start)]
    var seen: Set<UInt32> = []
    while let (path, inode) = pending.popLast() {
      let status = try files.status(of: inode)
      try add(path, status, of: files, to: &output)
      guard status.kind == .directory else { continue }
      guard seen.insert(inode).inserted else {
        throw DiskImageError(.corrupt, "the folder '\(path)' in the image is also somewhere else: a loop")
      }
      let entries = try files.entries(of: inode, limit: 4_000_000).sorted { $1.name.lexicographicallyPrecedes($0.name) }
      for entry in entries where !(path == .root && entry.name.elementsEqual("lost+found".utf8)) {
        pending.append((try path.appending(entry.name), entry.inode))
      }
    }
  }

  private mutating func add(
    _ path: ImagePath, _ status: Ext4Status, of files: borrowing Ext4FileSystem, to output: inout TarOutput
  ) throws {
    guard let kind = TarHeader.Kind(status.kind) else { return }
    var header = TarHeader(name: TarWalk.name(path, isFolder: kind == .folder), kind: kind)
    try files.describe(status, in: &header)
    if kind != .folder, status.links > 1 {
      if let first = names[status.inode] {
        (header.kind, header.target, header.attributes) = (.hardLink, first, [])
        return try output.write(header.bytes)
      }
      names[status.inode] = header.name
    }
    if kind == .symlink { header.target = try files.linkTarget(status.inode) }
    guard kind == .file else { return try output.write(header.bytes) }
    if let map = try SparseMap(of: status, in: files) {
      return try add(map, path, status, &header, of: files, to: &output)
    }
    guard status.size <= limit, status.size <= left else {
      throw DiskImageError(
        .tooLarge,
        "'\(path)' in the image has \(ByteSize(bytes: status.size)) of holes, which an archive has to write out",
        hint: "add it to 'clean', or choose a format that keeps holes")
    }
    left -= status.size
    header.size = status.size
    try output.write(header.bytes)
    try files.readContents(status, path) { try output.write($0) }
    try output.write(TarHeader.padding(status.size))
  }

  /// A file with holes: the map of its data, then the data (GNU tar's PAX format 1.0, which GNU tar, bsdtar, Python and Go unpack).
  private mutating func add(
    _ map: SparseMap, _ path: ImagePath, _ status: Ext4Status, _ header: inout TarHeader,
    of files: borrowing Ext4FileSystem, to output: inout TarOutput
  ) throws {
    let text = map.text
    header.sparse = (header.name, status.size)
    header.name = SparseMap.standIn(for: path)
    header.size = Int64(text.count) + map.dataSize
    guard map.dataSize <= left else {
      throw DiskImageError(.tooLarge, "'\(path)' in the image has more data than its file system can hold")
    }
    left -= map.dataSize
    try output.write(header.bytes)
    try output.write(text)
    try files.readContents(status, path, runs: map.runs) { try output.write($0) }
    try output.write(TarHeader.padding(map.dataSize))
  }

  private static func name(_ path: ImagePath, isFolder: Bool) -> [UInt8] {
    let slash = UInt8(ascii: "/")
    return [UInt8(ascii: ".")] + path.components.flatMap { [slash] + $0 } + (isFolder ? [slash] : [])
  }
}

extension TarHeader.Kind {
  /// nil: nothing that an archive holds.
  fileprivate init?(_ kind: Ext4Status.Kind) {
    switch kind {
    case .file: self = .file
    case .directory: self = .folder
    case .symlink: self = .symlink
    case .characterDevice: self = .characterDevice
    case .blockDevice: self = .blockDevice
    case .fifo: self = .fifo
    case .socket, .unknown: return nil
    }
  }
}
