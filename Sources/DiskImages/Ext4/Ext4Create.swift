import CExt2fs

/// Owner and permissions to give a node; what is nil is kept, or for a new node the default.
package struct Ext4Attributes: Sendable, Hashable {
  /// The twelve permission bits; a new file gets 0644, a new folder 0755.
  package var permissions: UInt16?
  /// A new node belongs to root.
  package var owner: UInt32?
  package var group: UInt32?

  /// What is nil is kept.
  package init(permissions: UInt16? = nil, owner: UInt32? = nil, group: UInt32? = nil) {
    self.permissions = permissions
    self.owner = owner
    self.group = group
  }

  /// Everything stays as it is.
  package static let kept = Ext4Attributes()

  func apply(to inode: inout ext2_inode_large) {
    if let permissions { inode.i_mode = inode.i_mode & 0o170000 | permissions & 0o7777 }
    if let owner {
      inode.i_uid = UInt16(truncatingIfNeeded: owner)
      inode.osd2.linux2.l_i_uid_high = UInt16(truncatingIfNeeded: owner >> 16)
    }
    if let group {
      inode.i_gid = UInt16(truncatingIfNeeded: group)
      inode.osd2.linux2.l_i_gid_high = UInt16(truncatingIfNeeded: group >> 16)
    }
  }
}

/// Making nodes. A new one gets the SELinux label of its folder, as the kernel would give it, when the folder has one.
extension Ext4FileSystem {
  /// Makes a folder, its missing parents too (with default attributes); a folder that is there already is left as it is.
  ///
  /// Throws `.wrongType` when something else has the name, `.unsafePath`, `.noSpace`, `.readOnly`.
  package func makeFolder(_ path: ImagePath, _ attributes: Ext4Attributes = .kept) throws {
    try requireWritable()
    if let present = try status(path) {
      guard present.kind == .directory else {
        throw DiskImageError(.wrongType, "'\(path)' in the image is there already and no folder")
      }
      return
    }
    guard let name = path.components.last else { return }
    try makeFolder(path.parent)
    let parent = try require(path.parent)
    let terminated = name.map { CChar(bitPattern: $0) } + [0]
    try growing(parent, "make the folder '\(path)'") { ext2fs_mkdir(fs, parent, 0, terminated) }
    let made = try require(path)
    var wanted = attributes
    wanted.permissions = attributes.permissions ?? 0o755
    try update(made) { wanted.apply(to: &$0) }
    try inheritLabel(from: parent, to: made)
  }

  /// Makes a symlink; nothing may have the name yet. The target may be anything: it means something to the guest only.
  ///
  /// Throws `.exists`, `.notFound` for a missing folder, `.unsafePath` for an empty, too long or NUL-holding target, `.noSpace`, `.readOnly`.
  package func makeSymlink(_ path: ImagePath, to target: String) throws {
    try requireWritable()
    guard (1..<Int(min(blockSize, 4096))).contains(target.utf8.count), !target.utf8.contains(0) else {
      throw DiskImageError(.unsafePath, "'\(target.prefix(200))' cannot be the target of a symlink")
    }
    let (parent, name) = try newName(path)
    let terminated = name.map { CChar(bitPattern: $0) } + [0]
    try growing(parent, "make the symlink '\(path)'") { ext2fs_symlink(fs, parent, 0, terminated, target) }
    try inheritLabel(from: parent, to: require(path))
  }

  /// Changes permissions and owner; throws `.wrongType` for a symlink, `.notFound`, `.readOnly`.
  package func setAttributes(_ path: ImagePath, _ attributes: Ext4Attributes) throws {
    try requireWritable()
    let inode = try require(path)
    guard try status(of: inode).kind != .symlink else {
      throw DiskImageError(.wrongType, "'\(path)' in the image is a symlink")
    }
    try update(inode) { attributes.apply(to: &$0) }
  }

  /// Makes an empty regular file.
  func makeFile(_ path: ImagePath, _ attributes: Ext4Attributes) throws -> ext2_ino_t {
    let (parent, name) = try newName(path)
    var number: ext2_ino_t = 0
    try Ext2Error.check("make '\(path)'") { ext2fs_new_inode(fs, parent, 0o100644, nil, &number) }
    try withInodeBuffer { inode in
      inode.pointee.i_mode = 0o100644
      attributes.apply(to: &inode.pointee)
      inode.pointee.i_links_count = 1
      inode.pointee.i_atime = now
      inode.pointee.i_ctime = now
      inode.pointee.i_mtime = now
      if ext2fs_has_feature_extents(fs.pointee.super) != 0 {
        inode.pointee.i_flags |= UInt32(EXT4_EXTENTS_FL)
        var handle: ext2_extent_handle_t?
        // Opening writes the header of an empty extent tree into the inode.
        try Ext2Error.check("make '\(path)'") { ext2fs_extent_open2(fs, number, ext2fs_inode(inode), &handle) }
        ext2fs_extent_free(handle)
      }
      try Ext2Error.check("make '\(path)'") { ext2fs_write_new_inode(fs, number, ext2fs_inode(inode)) }
    }
    ext2fs_inode_alloc_stats2(fs, number, +1, 0)
    let terminated = name.map { CChar(bitPattern: $0) } + [0]
    try growing(parent, "make '\(path)'") { ext2fs_link(fs, parent, terminated, number, EXT2_FT_REG_FILE) }
    try inheritLabel(from: parent, to: number)
    return number
  }

  /// The folder and the last component of a path that nothing has yet.
  private func newName(_ path: ImagePath) throws -> (ext2_ino_t, [UInt8]) {
    guard let name = path.components.last, try !exists(path) else {
      throw DiskImageError(.exists, "'\(path)' is in the image already")
    }
    let parent = try require(path.parent)
    guard try status(of: parent).kind == .directory else {
      throw DiskImageError(.unsafePath, "'\(path.parent)' in the image is not a folder")
    }
    return (parent, name)
  }

  /// Runs a call that puts a name into a folder, makes the folder larger when it is full, and runs it again.
  private func growing(_ folder: ext2_ino_t, _ what: String, _ call: () -> errcode_t) throws {
    var code = call()
    if code == EXT2_ET_DIR_NO_SPACE {
      try Ext2Error.check(what) { ext2fs_expand_dir(fs, folder) }
      code = call()
    }
    if code != 0 { throw Ext2Error.error(what, code) }
    try withInode(folder) { inode in
      stamp(inode, contents: true)
      try write(inode, as: folder)
    }
  }
}
