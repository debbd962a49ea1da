import CExt2fs
package import SystemPackage

/// Reading what a guest wrote; always bounded, as a size in an inode can be anything.
extension Ext4FileSystem {
  /// The contents of a regular file.
  ///
  /// Throws `.tooLarge` past `limit` bytes, `.notFound`, `.wrongType` for anything but a regular file (a symlink is not followed).
  package func readFile(_ path: ImagePath, limit: Int) throws -> [UInt8] {
    var contents: [UInt8] = []
    let whole = try stream(path, limit: Int64(limit)) { contents += $0 }
    guard whole else { throw DiskImageError(.tooLarge, "'\(path)' in the image is larger than \(limit) bytes") }
    return contents
  }

  /// Appends a file's contents to an open file of the host, at most `limit` bytes; false when there was more.
  package func copyFile(_ path: ImagePath, to target: FileDescriptor, limit: Int64) throws -> Bool {
    try stream(path, limit: limit) { bytes in
      do {
        try target.writeAll(bytes)
      } catch let error as Errno {
        throw DiskImageError(.system, "cannot save '\(path)' from the image: \(error)")
      }
    }
  }

  /// Where a symlink points, at most 4,096 bytes; throws `.wrongType` when it is none.
  package func readLink(_ path: ImagePath) throws -> String {
    String(decoding: try linkTarget(require(path)), as: UTF8.self)
  }

  /// Calls `body` with the contents piece by piece; false when `limit` ended it.
  private func stream(_ path: ImagePath, limit: Int64, _ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
    let inode = try require(path)
    let status = try status(of: inode)
    guard status.kind == .file else {
      throw DiskImageError(.wrongType, "'\(path)' in the image is not a regular file")
    }
    try readContents(status, path, limit: limit, body)
    return status.size <= limit
  }

  /// Calls `body` with the contents of a regular file piece by piece, at most `limit` bytes.
  func readContents(
    _ status: Ext4Status, _ path: ImagePath, limit: Int64 = .max, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try withFile(status.inode, flags: 0, path) { file in
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
      defer { buffer.deallocate() }
      // The size is ours to look at: libext2fs pads inline data to 60 bytes (seen with 1.47).
      var left = min(limit, status.size)
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

  /// Opens an inode's contents for `body` and closes them, reporting a failing close.
  func withFile<Result>(
    _ inode: ext2_ino_t, flags: Int32, _ path: ImagePath, _ body: (ext2_file_t) throws -> Result
  ) throws -> Result {
    try requireShortInlineData(inode, path)
    var opened: ext2_file_t?
    try Ext2Error.check("open '\(path)' in the image") { ext2fs_file_open(fs, inode, flags, &opened) }
    guard let file = opened else { throw DiskImageError(.corrupt, "cannot open '\(path)' in the image") }
    let result: Result
    do {
      result = try body(file)
    } catch {
      _ = ext2fs_file_close(file)
      throw error
    }
    try Ext2Error.check("write '\(path)' in the image") { ext2fs_file_close(file) }
    return result
  }

  /// libext2fs copies inline data into a buffer of three blocks without a look at its length (1.47), which an attribute in an inode of its
  /// own can give it: no more than an inode has room for is believed.
  private func requireShortInlineData(_ inode: ext2_ino_t, _ path: ImagePath) throws {
    guard try withInode(inode, { $0.pointee.i_flags & UInt32(EXT4_INLINE_DATA_FL) != 0 }) else { return }
    var length = 0
    try Ext2Error.check("open '\(path)' in the image") { ext2fs_inline_data_size(fs, inode, &length) }
    guard length <= max(inodeSize, Int(blockSize)) else {
      throw DiskImageError(.corrupt, "'\(path)' in the image has more inline data than its inode has room for")
    }
  }

  /// Short targets lie in the inode's block field, longer ones in a block or inline.
  func linkTarget(_ number: ext2_ino_t) throws -> [UInt8] {
    let shown = ImagePath.root
    let (size, isFast): (Int64, Bool) = try withInode(number) { inode in
      let status = Ext4Status(number, inode.pointee, allocated: 0)
      guard status.kind == .symlink, status.size > 0, status.size <= 4096 else {
        throw DiskImageError(.wrongType, "inode \(number) in the image is not a usable symlink")
      }
      let isInline = inode.pointee.i_flags & UInt32(EXT4_INLINE_DATA_FL) != 0
      return (status.size, !isInline && ext2fs_is_fast_symlink(ext2fs_inode(inode)) != 0)
    }
    if isFast {
      return try withInode(number) { inode in
        withUnsafeBytes(of: &inode.pointee.i_block) { Array($0.prefix(min(Int(size), 60))) }
      }
    }
    return try withFile(number, flags: 0, shown) { file in
      var target = [UInt8](repeating: 0, count: Int(size))
      var got: UInt32 = 0
      try Ext2Error.check("read a symlink in the image") { ext2fs_file_read(file, &target, UInt32(size), &got) }
      return Array(target.prefix(Int(got)))
    }
  }
}
