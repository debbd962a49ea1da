import CExt2fs

/// What a removal took away.
package struct Ext4Removal: Sendable, Hashable {
  /// Names that are gone, folders included.
  package var names = 0
  /// Bytes of blocks that were freed.
  package var bytes: Int64 = 0
}

/// Removing nodes for good: names, blocks, attributes, inodes.
extension Ext4FileSystem {
  /// Removes what the path names, a folder with everything below it; a symlink is removed itself. Nothing there: nothing done.
  ///
  /// Everything is looked at before the first change, so a damaged folder leaves the image as it was. Throws `.unsafePath` for the
  /// root, `lost+found` and paths through symlinks, `.corrupt`, `.tooLarge` past `limit` names, `.readOnly`.
  @discardableResult
  package func remove(_ path: ImagePath, limit: Int = 4_000_000) throws -> Ext4Removal {
    try requireWritable()
    guard let name = path.components.last else {
      throw DiskImageError(.unsafePath, "the root folder cannot be removed")
    }
    guard path.components != [Array("lost+found".utf8)] else {
      throw DiskImageError(.unsafePath, "'/lost+found' belongs to the file system and cannot be removed")
    }
    guard let target = try find(path) else { return Ext4Removal() }
    let folder = try require(path.parent)
    let doomed = try collect(target, in: folder, path, limit: limit)
    try unlink(name, of: target, from: folder, isFolder: doomed.folders.contains(target))
    var removal = Ext4Removal()
    for inode in doomed.names { try drop(inode, isFolder: false, &removal) }
    for inode in doomed.folders { try drop(inode, isFolder: true, &removal) }
    return removal
  }

  /// Removes everything in a folder but not the folder; throws as `remove`.
  @discardableResult
  package func removeContents(of path: ImagePath, limit: Int = 4_000_000) throws -> Ext4Removal {
    var total = Ext4Removal()
    for entry in try list(path) {
      if path == .root, entry.name.elementsEqual("lost+found".utf8) { continue }
      let removal = try remove(path.appending(entry.name), limit: limit - total.names)
      total.names += removal.names
      total.bytes += removal.bytes
    }
    return total
  }

  /// What goes away with one name.
  private struct Doomed {
    /// One element per name that is no folder: an inode with two names below the path is here twice.
    var names: [ext2_ino_t] = []
    var folders: Set<ext2_ino_t> = []
  }

  private func collect(
    _ target: ext2_ino_t, in folder: ext2_ino_t, _ path: ImagePath, limit: Int
  ) throws -> Doomed {
    var doomed = Doomed()
    var pending = [(inode: target, parent: folder)]
    while let (inode, parent) = pending.popLast() {
      guard doomed.names.count + doomed.folders.count < limit else {
        throw DiskImageError(.tooLarge, "'\(path)' in the image holds more than \(limit) names")
      }
      guard inode >= firstFreeInode, inode <= fs.pointee.super.pointee.s_inodes_count,
        ext2fs_test_inode_bitmap2(fs.pointee.inode_map, inode) != 0
      else {
        throw DiskImageError(.corrupt, "'\(path)' in the image refers to inode \(inode), which is not a file's")
      }
      guard try status(of: inode).kind == .directory else {
        doomed.names.append(inode)
        continue
      }
      // A folder has one parent: a second name for it would be a loop, or would take away what belongs to somebody else.
      guard doomed.folders.insert(inode).inserted, try lookUp(Array("..".utf8), in: inode) == parent else {
        throw DiskImageError(.corrupt, "'\(path)' in the image holds a folder that is also somewhere else")
      }
      for entry in try entries(of: inode, limit: limit) { pending.append((entry.inode, inode)) }
    }
    return doomed
  }

  private func unlink(_ name: [UInt8], of inode: ext2_ino_t, from folder: ext2_ino_t, isFolder: Bool) throws {
    let terminated = name.map { CChar(bitPattern: $0) } + [0]
    try Ext2Error.check("remove a name from a folder of the image") {
      ext2fs_unlink(fs, folder, terminated, inode, 0)
    }
    try withInode(folder) { parent in
      // 1 means "too many to count" (dir_nlink) and stays.
      if isFolder, parent.pointee.i_links_count > 2 { parent.pointee.i_links_count -= 1 }
      stamp(parent, contents: true)
      try write(parent, as: folder)
    }
  }

  /// Takes one name from an inode, and the inode away with its last one.
  private func drop(_ number: ext2_ino_t, isFolder: Bool, _ removal: inout Ext4Removal) throws {
    let before = freeBytes
    try withInode(number) { inode in
      removal.names += 1
      if !isFolder, inode.pointee.i_links_count > 1 {
        inode.pointee.i_links_count -= 1
        stamp(inode, contents: false)
        try write(inode, as: number)
        return
      }
      inode.pointee.i_links_count = 0
      inode.pointee.i_dtime = now
      try Ext2Error.check("free the attributes of inode \(number)") { ext2fs_free_ext_attr(fs, number, inode) }
      // Short symlinks, devices and inline data have no blocks, though the block field holds something.
      if ext2fs_inode_has_valid_blocks2(fs, ext2fs_inode(inode)) != 0 {
        try Ext2Error.check("free the blocks of inode \(number)") {
          ext2fs_punch(fs, number, ext2fs_inode(inode), nil, 0, ~blk64_t(0))
        }
      }
      try write(inode, as: number)
      ext2fs_inode_alloc_stats2(fs, number, -1, isFolder ? 1 : 0)
    }
    removal.bytes += freeBytes - before
  }
}
