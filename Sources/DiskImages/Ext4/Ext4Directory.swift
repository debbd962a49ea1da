import CExt2fs
import Model

/// One entry of a folder in an image.
package struct Ext4Entry: Sendable, Hashable {
  /// As on the disk: any bytes but, in an undamaged folder, NUL and `/`.
  package var name: [UInt8]
  package var inode: UInt32

  /// For people: control characters replaced.
  package var shownName: String { String(decoding: name, as: UTF8.self).printable }
}

extension Ext4FileSystem {
  /// The entries of a folder, `.` and `..` left out, in the order of the disk.
  ///
  /// Throws `.tooLarge` past `limit` entries, `.wrongType` when it is no folder, `.corrupt`.
  package func list(_ path: ImagePath, limit: Int = 1_000_000) throws -> [Ext4Entry] {
    try entries(of: require(path), limit: limit)
  }

  /// Calls `body` with every node below a folder, parents first; symlinks are reported, never followed.
  ///
  /// Throws `.tooLarge` past `limit` nodes, `.corrupt` when a folder is met twice (a loop) or holds an unusable name.
  package func walk(
    _ path: ImagePath, limit: Int = 4_000_000, _ body: (ImagePath, Ext4Status) throws -> Void
  ) throws {
    let start = try require(path)
    var pending = [(path, start)]
    var seen: Set<ext2_ino_t> = [start]
    var count = 0
    while let (folder, inode) = pending.popLast() {
      for entry in try entries(of: inode, limit: limit - count) {
        count += 1
        let below = try folder.appending(entry.name)
        let status = try status(of: entry.inode)
        try body(below, status)
        guard status.kind == .directory else { continue }
        guard seen.insert(entry.inode).inserted else {
          throw DiskImageError(.corrupt, "the folder '\(below)' in the image is also somewhere else: a loop")
        }
        pending.append((below, entry.inode))
      }
    }
  }

  /// Collects what libext2fs calls back with.
  private final class Collector {
    var entries: [Ext4Entry] = []
    let limit: Int
    var isFull = false

    init(limit: Int) { self.limit = limit }
  }

  func entries(of folder: ext2_ino_t, limit: Int) throws -> [Ext4Entry] {
    guard try status(of: folder).kind == .directory else {
      throw DiskImageError(.wrongType, "inode \(folder) in the image is not a folder")
    }
    let collector = Collector(limit: limit)
    let code = ext2fs_dir_iterate2(
      fs, folder, 0, nil,
      { _, _, entry, _, _, _, context in
        guard let entry, let context else { return DIRENT_ABORT }
        let collector = Unmanaged<Collector>.fromOpaque(context).takeUnretainedValue()
        guard collector.entries.count < collector.limit else {
          collector.isFull = true
          return DIRENT_ABORT
        }
        let name = UnsafeRawBufferPointer(
          start: UnsafeRawPointer(entry) + 8, count: Int(ext2fs_dirent_name_len(entry)))
        // By name: the marks that libext2fs gives to "." and ".." are wrong in folders with inline data.
        if name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8) { return 0 }
        collector.entries.append(Ext4Entry(name: Array(name), inode: entry.pointee.inode))
        return 0
      }, Unmanaged.passUnretained(collector).toOpaque())
    guard code == 0 else { throw Ext2Error.error("read a folder of the image", code) }
    guard !collector.isFull else {
      throw DiskImageError(.tooLarge, "a folder of the image has more than \(limit) entries")
    }
    return collector.entries
  }
}
