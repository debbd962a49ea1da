import CExt2fs

/// What an archive keeps of an inode besides its contents.
extension Ext4FileSystem {
  /// Fills in owner, mode, times, device and extended attributes.
  func describe(_ status: Ext4Status, in header: inout TarHeader) throws {
    (header.mode, header.owner, header.group) = (status.permissions, status.owner, status.group)
    try withInode(status.inode) { inode in
      header.modified = modified(inode)
      if status.kind == .characterDevice || status.kind == .blockDevice {
        header.device = Ext4FileSystem.device(inode.pointee.i_block.0, inode.pointee.i_block.1)
      }
    }
    header.attributes = try attributes(of: status.inode)
  }

  /// Extended attributes by name, in order; inline data, which is stored as one, left out.
  func attributes(of inode: ext2_ino_t) throws -> [(name: String, value: [UInt8])] {
    guard ext2fs_has_feature_xattr(fs.pointee.super) != 0 || ext2fs_has_feature_inline_data(fs.pointee.super) != 0
    else { return [] }
    final class Collector {
      var found: [(name: String, value: [UInt8])] = []
    }
    let collector = Collector()
    try withAttributes(of: inode) { handle in
      try Ext2Error.check("read the attributes of inode \(inode)") {
        ext2fs_xattrs_iterate(
          handle,
          { name, value, length, context in
            guard let name, let context else { return XATTR_ABORT }
            let collector = Unmanaged<Collector>.fromOpaque(context).takeUnretainedValue()
            let bytes = value.map { Array(UnsafeRawBufferPointer(start: $0, count: length)) } ?? []
            collector.found.append((String(cString: name), bytes))
            return 0
          }, Unmanaged.passUnretained(collector).toOpaque())
      }
    }
    // A name with '=' or a line end could forge a record.
    return collector.found.filter { $0.name != "system.data" && !$0.name.contains { "=\n\0".contains($0) } }
      .sorted { $0.name < $1.name }
  }

  /// The extra word holds two more bits of seconds and 30 of nanoseconds (Linux kernel documentation, "ext4", "Inode Timestamps").
  private func modified(_ inode: UnsafePointer<ext2_inode_large>) -> (seconds: Int64, nanoseconds: UInt32) {
    let seconds = Int64(Int32(bitPattern: inode.pointee.i_mtime))
    // i_mtime_extra ends 12 bytes behind the first 128.
    guard inodeSize > 128, inode.pointee.i_extra_isize >= 12 else { return (seconds, 0) }
    let extra = inode.pointee.i_mtime_extra
    return (seconds + Int64(extra & 3) << 32, min(extra >> 2, 999_999_999))
  }

  /// The two encodings of a device number (Linux, fs/ext4/inode.c as documented in its "Inode" chapter, and kdev_t.h).
  private static func device(_ old: UInt32, _ new: UInt32) -> (major: UInt32, minor: UInt32) {
    if old != 0 { return (old >> 8 & 0xFF, old & 0xFF) }
    return (new >> 8 & 0xFFF, new & 0xFF | new >> 12 & 0xFFF00)
  }
}
