package import SystemPackage

/// The files of a guest's system across its file systems: a path acts in the one that is mounted there, what lies hidden below a mount
/// point is not seen.
///
/// Paths, errors and limits are those of `Ext4FileSystem`. One owner, one thread; a file system is opened for writing by its first
/// change, and changes are complete only after `close()`.
package final class GuestFiles {
  /// Deepest first: the first one whose place a path is in is the one to look in.
  private let volumes: [OpenVolume]

  /// Opens all file systems of a system for reading; throws as `Ext4FileSystem.open`. Blocks, as everything here.
  package init(_ system: GuestSystem) throws {
    var opened = try system.mounts.reversed().map { try OpenVolume(system.image, $0.extent, at: $0.place) }
    if let root = system.root { opened.append(try OpenVolume(system.image, root, at: .root)) }
    volumes = opened
  }

  /// Writes everything that is pending.
  package func close() throws { for volume in volumes { try volume.flush() } }

  /// What a path names, a symlink at its end not followed; nil when there is nothing, or the root is of another kind.
  package func status(_ path: ImagePath) throws -> Ext4Status? {
    guard let (volume, inner) = locate(path) else { return nil }
    return try volume.readable().files.status(inner)
  }

  /// The entries of a folder; `lost+found` of a file system that is mounted in the root is none.
  package func list(_ path: ImagePath, limit: Int = 1_000_000) throws -> [Ext4Entry] {
    // Below a root of another kind, which is not read here.
    if locate(path) == nil, volumes.contains(where: { $0.place.lies(atOrBelow: path) }) { return [] }
    let (volume, inner) = try require(path)
    let entries = try volume.readable().files.list(inner, limit: limit)
    guard inner == .root, volume.place != .root else { return entries }
    return entries.filter { !$0.name.elementsEqual("lost+found".utf8) }
  }

  /// The whole content of a regular file.
  package func readFile(_ path: ImagePath, limit: Int) throws -> [UInt8] {
    let (volume, inner) = try require(path)
    return try volume.readable().files.readFile(inner, limit: limit)
  }

  /// Appends a file's content to an open file of the host; false when there was more than `limit`.
  package func copyFile(_ path: ImagePath, to target: FileDescriptor, limit: Int64) throws -> Bool {
    let (volume, inner) = try require(path)
    return try volume.readable().files.copyFile(inner, to: target, limit: limit)
  }

  /// Calls `body` with every node below a folder, and below the mount points in it; no folder, no call.
  package func walk(
    _ path: ImagePath, limit: Int = 4_000_000, _ body: (ImagePath, Ext4Status) throws -> Void
  ) throws {
    let start = locate(path)
    if let (volume, inner) = start, try volume.readable().files.status(inner)?.kind == .directory {
      try walk(volume, inner, limit, body)
    }
    for mounted in volumes.reversed() where mounted !== start?.0 && mounted.place.lies(atOrBelow: path) {
      try walk(mounted, .root, limit, body)
    }
  }

  private func walk(
    _ volume: OpenVolume, _ inner: ImagePath, _ limit: Int, _ body: (ImagePath, Ext4Status) throws -> Void
  ) throws {
    let hiding = volumes.filter { $0 !== volume && $0.place.lies(atOrBelow: volume.place) }.map(\.place)
    try volume.readable().files.walk(inner, limit: limit) { below, status in
      let path = volume.place.appending(below)
      // The mount point itself is a folder of the one below.
      if hiding.contains(where: { path != $0 && path.lies(atOrBelow: $0) }) { return }
      if volume.place != .root, below.isLostAndFound { return }
      try body(path, status)
    }
  }

  // MARK: - changes

  /// Removes what a path names with everything below it. A mount point stays, as in a running system; what is in it goes.
  @discardableResult
  package func remove(_ path: ImagePath) throws -> Ext4Removal {
    var total = Ext4Removal()
    guard let (volume, inner) = locate(path), let status = try status(path) else { return total }
    guard status.kind == .directory, volumes.contains(where: { $0.place != .root && $0.place.lies(atOrBelow: path) })
    else { return try volume.writable().files.remove(inner) }
    for entry in try list(path) {
      let removal = try remove(path.appending(entry.name))
      total.names += removal.names
      total.bytes += removal.bytes
    }
    return total
  }

  /// Cuts a regular file to nothing.
  package func truncate(_ path: ImagePath) throws {
    let (volume, inner) = try require(path)
    try volume.writable().files.truncate(inner)
  }

  /// Writes a whole regular file.
  package func writeFile(_ path: ImagePath, _ contents: [UInt8], _ attributes: Ext4Attributes = .kept) throws {
    let (volume, inner) = try require(path)
    try volume.writable().files.writeFile(inner, contents, attributes)
  }

  /// Makes a folder with its missing parents.
  package func makeFolder(_ path: ImagePath, _ attributes: Ext4Attributes = .kept) throws {
    let (volume, inner) = try require(path)
    try volume.writable().files.makeFolder(inner, attributes)
  }

  /// Makes a symlink.
  package func makeSymlink(_ path: ImagePath, to target: String) throws {
    let (volume, inner) = try require(path)
    try volume.writable().files.makeSymlink(inner, to: target)
  }

  private func locate(_ path: ImagePath) -> (OpenVolume, ImagePath)? {
    volumes.first { path.lies(atOrBelow: $0.place) }.map { volume in
      (volume, ImagePath(components: Array(path.components.dropFirst(volume.place.components.count))))
    }
  }

  private func require(_ path: ImagePath) throws -> (OpenVolume, ImagePath) {
    guard let found = locate(path) else {
      throw DiskImageError(.notFound, "'\(path)' is in no file system of the image that is read here")
    }
    return found
  }
}

extension ImagePath {
  func lies(atOrBelow folder: ImagePath) -> Bool { components.starts(with: folder.components) }

  func appending(_ path: ImagePath) -> ImagePath { ImagePath(components: components + path.components) }

  var isLostAndFound: Bool { components.first?.elementsEqual("lost+found".utf8) == true }
}
