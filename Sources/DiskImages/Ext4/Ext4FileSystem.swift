import CExt2fs
import Glibc
package import SystemPackage

/// An ext2, ext3 or ext4 file system inside a disk image, opened by libext2fs: no root, no loop device, no mount.
///
/// One owner, one thread: it cannot be copied or sent, and libext2fs has no locks. Every call blocks; a caller on the cooperative pool
/// moves the whole session (open, work, close) to a thread of its own. Changes are complete only after `close()`; a value that is dropped
/// without it writes neither bitmaps nor superblock, but inodes and directories may have changed already: throw such an image
/// away. Run `FileSystemCheck` before opening an image that a guest could have tampered with, and again after `close()`.
package struct Ext4FileSystem: ~Copyable {
  /// What may be done.
  package enum Mode: Sendable {
    /// Opens an unclean file system, too; what is read is then as of before the journal's last changes.
    case readOnly
    /// Refuses an unclean file system (`.needsRecovery`: see `JournalReplay`) and features that it could not keep right.
    case readWrite
  }

  /// Everything stored is trivial, as `discard` needs.
  let fs: ext2_filsys
  let mode: Mode
  /// Bytes from the start of the image.
  package let offset: Int64

  /// Opens the file system at `extent` (a partition, or a logical volume in one piece) of an image file.
  ///
  /// Throws `DiskImageError`: `.corrupt` when there is none or it is larger than its partition, `.needsRecovery`, `.unsupported`, `.system`.
  package static func open(image: FilePath, extent: ImageExtent, mode: Mode) throws -> Ext4FileSystem {
    let superblock = try superblock(of: image, in: extent)
    if mode == .readWrite {
      if let reason = superblock.uncleanReason {
        throw DiskImageError(
          .needsRecovery, "the file system in '\(image)' cannot be changed: \(reason)", hint: "replay its journal first"
        )
      }
      if let feature = superblock.unwritableFeature {
        throw DiskImageError(
          .unsupported, "the file system in '\(image)' cannot be changed: it has the feature '\(feature)'")
      }
    }
    return try Ext4FileSystem(image, extent, mode)
  }

  /// The superblock at `extent`, checked against the room it has; throws `.corrupt` as `open` does.
  package static func superblock(of image: FilePath, in extent: ImageExtent) throws -> ExtSuperblock {
    let file = try HostFile(image)
    guard let superblock = ExtSuperblock(bytes: try file.bytes(at: extent.offset + 1024, count: 1024)) else {
      throw DiskImageError(.corrupt, "there is no ext file system at byte \(extent.offset) of '\(image)'")
    }
    guard superblock.length <= extent.length, extent.end <= (try file.size()) else {
      throw DiskImageError(
        .corrupt, "the file system at byte \(extent.offset) of '\(image)' claims to be larger than its partition")
    }
    return superblock
  }

  private init(_ image: FilePath, _ extent: ImageExtent, _ mode: Mode) throws {
    _ = Ext2Error.tables
    var opened: ext2_filsys?
    // The offset goes into the options: "PATH?offset=N" would break a path with a question mark.
    let flags = EXT2_FLAG_64BITS | (mode == .readWrite ? EXT2_FLAG_RW : 0)
    try Ext2Error.check("open the file system in '\(image)'") {
      ext2fs_open2(image.string, "offset=\(extent.offset)", flags, 0, 0, image_factory_unix_io_manager(), &opened)
    }
    guard let handle = opened else { throw DiskImageError(.corrupt, "cannot open the file system in '\(image)'") }
    do {
      try Ext2Error.check("use the file system in '\(image)'") { ext2fs_check_desc(handle) }
      try Ext2Error.check("read the bitmaps of the file system in '\(image)'") { ext2fs_read_bitmaps(handle) }
    } catch {
      ext2fs_free(handle)
      throw error
    }
    // Assigned after the last throw: a noncopyable type with a deinit must not be half made.
    fs = handle
    self.mode = mode
    offset = extent.offset
  }

  /// For `JournalReplay` only: open for writing although the file system is not clean.
  init(unclean image: FilePath, _ extent: ImageExtent) throws {
    _ = try Ext4FileSystem.superblock(of: image, in: extent)
    try self.init(image, extent, .readWrite)
  }

  deinit { ext2fs_free(fs) }

  /// Writes everything that is pending and closes; the only place that reports the last write's error.
  package consuming func close() throws {
    var handle: ext2_filsys? = fs
    discard self
    // Frees even when it fails.
    try Ext2Error.check("write the file system") { ext2fs_close_free(&handle) }
  }

  /// Writes everything that is pending, as `close()` does, and stays open.
  func flush() throws {
    try Ext2Error.check("write the bitmaps of the file system") { ext2fs_write_bitmaps(fs) }
    try Ext2Error.check("write the file system") { ext2fs_flush(fs) }
  }

  /// Bytes per block.
  package var blockSize: Int64 { Int64(fs.pointee.blocksize) }
  /// Bytes that files can still take; never more than there are, whatever the superblock says.
  package var freeBytes: Int64 {
    Int64(min(ext2fs_free_blocks_count(fs.pointee.super), ext2fs_blocks_count(fs.pointee.super))) * blockSize
  }

  /// Inodes are dated with this, seconds since 1970; nil: now. For images that repeat.
  package func setClock(_ seconds: Int64?) { fs.pointee.now = time_t(seconds ?? 0) }

  var now: UInt32 {
    let fixed = fs.pointee.now
    return UInt32(truncatingIfNeeded: fixed != 0 ? fixed : time(nil))
  }

  func requireWritable() throws {
    guard mode == .readWrite else { throw DiskImageError(.readOnly, "the file system was opened for reading only") }
  }
}
