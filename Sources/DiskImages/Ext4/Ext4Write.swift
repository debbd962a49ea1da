import CExt2fs

/// Writing contents.
extension Ext4FileSystem {
  /// Writes a whole regular file; a new one is made in a folder that must exist.
  ///
  /// A file that is there keeps its inode: owner, permissions (unless `attributes` says otherwise), SELinux label, other attributes and other
  /// names. Throws `.wrongType` for a symlink or anything else that is no regular file, `.unsafePath`, `.noSpace` (before anything is
  /// changed), `.readOnly`.
  package func writeFile(_ path: ImagePath, _ contents: [UInt8], _ attributes: Ext4Attributes = .kept) throws {
    try requireWritable()
    let present = try status(path)
    if let present { try requireWritableFile(present, path) }
    // Room for the contents, the tree of its extents, and a block more for the folder.
    let needed = Int64(contents.count) + Int64(contents.count) / 64 + 8 * blockSize
    guard needed <= freeBytes + (present?.allocated ?? 0) else {
      throw DiskImageError(.noSpace, "'\(path)' does not fit the image: \(contents.count) bytes, \(freeBytes) are free")
    }
    let inode: ext2_ino_t
    if let present {
      inode = present.inode
      try shrink(inode, to: 0, path)
    } else {
      inode = try makeFile(path, attributes)
    }
    if !contents.isEmpty {
      try withFile(inode, flags: EXT2_FILE_WRITE, path) { file in try append(contents, to: file, path) }
    }
    try withInode(inode) { buffer in
      attributes.apply(to: &buffer.pointee)
      stamp(buffer, contents: true)
      try write(buffer, as: inode)
    }
  }

  /// Cuts a regular file to `size` bytes; a file that is not longer is left alone.
  ///
  /// Throws `.wrongType`, `.notFound`, `.readOnly`.
  package func truncate(_ path: ImagePath, to size: Int64 = 0) throws {
    try requireWritable()
    let inode = try require(path)
    let present = try status(of: inode)
    try requireWritableFile(present, path)
    guard size >= 0, size < present.size else { return }
    let isInline = try withInode(inode) { $0.pointee.i_flags & UInt32(EXT4_INLINE_DATA_FL) != 0 }
    if isInline, size > 0 {
      // Inline data is at most a few kilobytes: written again, shorter.
      let contents = try readFile(path, limit: 1 << 20)
      try writeFile(path, Array(contents.prefix(Int(size))))
      return
    }
    try shrink(inode, to: size, path)
    try withInode(inode) { buffer in
      stamp(buffer, contents: true)
      try write(buffer, as: inode)
    }
  }

  /// The value of an extended attribute such as `security.selinux`; nil when the node has none of that name.
  package func attribute(_ name: String, of path: ImagePath) throws -> [UInt8]? {
    try attribute(name, of: require(path))
  }

  /// Sets an extended attribute; throws `.noSpace` when it fits neither the inode nor a block, `.readOnly`.
  package func setAttribute(_ name: String, of path: ImagePath, to value: [UInt8]) throws {
    try requireWritable()
    try setAttribute(name, of: require(path), to: value)
  }

  /// A new node gets the label of its folder, if there is one.
  func inheritLabel(from folder: ext2_ino_t, to inode: ext2_ino_t) throws {
    if let label = try attribute("security.selinux", of: folder) {
      try setAttribute("security.selinux", of: inode, to: label)
    }
  }

  private func attribute(_ name: String, of inode: ext2_ino_t) throws -> [UInt8]? {
    // ext2 made without attributes: reading them would be an error.
    guard ext2fs_has_feature_xattr(fs.pointee.super) != 0 || ext2fs_has_feature_inline_data(fs.pointee.super) != 0
    else {
      return nil
    }
    return try withAttributes(of: inode) { handle in
      var value: UnsafeMutableRawPointer?
      var length = 0
      let code = ext2fs_xattr_get(handle, name, &value, &length)
      if code == EXT2_ET_EA_KEY_NOT_FOUND { return nil }
      guard code == 0 else { throw Ext2Error.error("read the attributes of inode \(inode)", code) }
      defer { ext2fs_free_mem(&value) }
      return Array(UnsafeRawBufferPointer(start: value, count: length))
    }
  }

  private func setAttribute(_ name: String, of inode: ext2_ino_t, to value: [UInt8]) throws {
    try withAttributes(of: inode) { handle in
      try Ext2Error.check("set the attribute '\(name)' of inode \(inode)") {
        ext2fs_xattr_set(handle, name, value, value.count)
      }
    }
  }

  func withAttributes<Result>(of inode: ext2_ino_t, _ body: (OpaquePointer) throws -> Result) throws -> Result {
    var opened: OpaquePointer?
    try Ext2Error.check("read the attributes of inode \(inode)") { ext2fs_xattrs_open(fs, inode, &opened) }
    guard let handle = opened else { throw DiskImageError(.corrupt, "inode \(inode) has unreadable attributes") }
    defer { ext2fs_xattrs_close(&opened) }
    try Ext2Error.check("read the attributes of inode \(inode)") { ext2fs_xattrs_read(handle) }
    return try body(handle)
  }

  private func requireWritableFile(_ status: Ext4Status, _ path: ImagePath) throws {
    guard status.kind == .file else {
      let what = status.kind == .symlink ? "a symlink: it is not followed" : "not a regular file"
      throw DiskImageError(.wrongType, "'\(path)' in the image is \(what)")
    }
    // Encrypted (0x800), verity (0x100000) and attribute-holding (0x200000) files: ext4's documentation, "inode flags".
    let special = try withInode(status.inode) { $0.pointee.i_flags & 0x30_0800 }
    guard special == 0, status.inode >= firstFreeInode else {
      throw DiskImageError(
        .unsupported, "'\(path)' in the image is encrypted, sealed or reserved: it cannot be written")
    }
  }

  private func shrink(_ inode: ext2_ino_t, to size: Int64, _ path: ImagePath) throws {
    try withFile(inode, flags: EXT2_FILE_WRITE, path) { file in
      try Ext2Error.check("truncate '\(path)'") { ext2fs_file_set_size2(file, ext2_off64_t(size)) }
    }
    // Cutting inline data to nothing takes its attribute away but leaves the flag, which e2fsck calls an error.
    guard size == 0, try withInode(inode, { $0.pointee.i_flags & UInt32(EXT4_INLINE_DATA_FL) != 0 }) else { return }
    try Ext2Error.check("truncate '\(path)'") { ext2fs_inline_data_init(fs, inode) }
  }

  private func append(_ contents: [UInt8], to file: ext2_file_t, _ path: ImagePath) throws {
    try contents.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        var written: UInt32 = 0
        // Into inline data libext2fs copies by way of a buffer of three blocks, however much it is given (1.47): no more than one
        // block at first, after which the data is inline no more.
        let most = done == 0 ? Int(blockSize) : 1 << 20
        let part = UnsafeRawBufferPointer(rebasing: bytes[done..<min(bytes.count, done + most)])
        try Ext2Error.check("write '\(path)'") {
          ext2fs_file_write(file, part.baseAddress, UInt32(part.count), &written)
        }
        guard written > 0 else { throw DiskImageError(.noSpace, "'\(path)' does not fit the image") }
        done += Int(written)
      }
    }
  }
}
