import CLinux
import Glibc
package import Model
package import SystemPackage

/// What a sparse file takes and where its data is; copies that keep the holes.
///
/// All calls block. Holes are found with SEEK_DATA and SEEK_HOLE (lseek(2)); a file system that knows neither reports the whole
/// file as data, which is right, only slower.
package enum SparseFile {
  /// How large a file looks and what it really takes.
  package struct Sizes: Sendable, Hashable {
    /// The length of the file.
    package var apparent: ByteSize
    /// What is allocated on the host (st_blocks, which counts 512 bytes; stat(2)).
    package var allocated: ByteSize
  }

  /// The sizes of a regular file; throws when it cannot be opened.
  package static func sizes(of path: FilePath) throws -> Sizes {
    let file = try HostFile(path)
    var status = stat()
    guard fstat(file.descriptor.rawValue, &status) == 0 else {
      throw HostFile.failure("cannot look at", path, Errno(rawValue: errno))
    }
    return Sizes(
      apparent: ByteSize(bytes: Int64(status.st_size)), allocated: ByteSize(bytes: Int64(status.st_blocks) * 512))
  }

  /// The runs that hold data, in order; everything between them is a hole.
  package static func dataExtents(of path: FilePath) throws -> [ImageExtent] {
    let file = try HostFile(path)
    var extents: [ImageExtent] = []
    try forEachDataExtent(of: file, size: try file.size()) { extents.append($0) }
    return extents
  }

  /// Calls `body` for each run of data from `start` to below `size`.
  static func forEachDataExtent(
    of file: borrowing HostFile, from start: Int64 = 0, size: Int64, _ body: (ImageExtent) throws -> Void
  ) throws {
    var position = start
    while position < size, let start = try seek(file, position, seekData), start < size {
      let end = min(try seek(file, start, seekHole) ?? size, size)
      // A file that shrinks meanwhile must not turn this into an endless loop.
      guard end > start else { return }
      try body(ImageExtent(offset: start, length: end - start))
      position = end
    }
  }

  // linux/fs.h; Swift's Glibc module hides them behind _GNU_SOURCE.
  private static let seekData: Int32 = 3
  private static let seekHole: Int32 = 4

  /// nil: no data behind `position` (ENXIO).
  private static func seek(_ file: borrowing HostFile, _ position: Int64, _ whence: Int32) throws -> Int64? {
    let found = lseek(file.descriptor.rawValue, off_t(position), whence)
    if found >= 0 { return Int64(found) }
    switch errno {
    case ENXIO: return nil
    case EINVAL: return whence == seekData ? position : nil
    default: throw HostFile.failure("cannot seek in", file.path, Errno(rawValue: errno))
    }
  }

  /// How a copy was made.
  package enum CopyMethod: String, Sendable {
    /// The blocks are shared until one side writes (btrfs, xfs, bcachefs).
    case reflink
    /// Only the data was copied; holes stay holes.
    case sparse
  }

  /// Copies a file, sharing its blocks where the file system can, else without its holes.
  ///
  /// Runs in `leftOut` become holes where data is copied. `target` must not exist; after a failure it does not. Data is not forced
  /// to the disk.
  @discardableResult
  package static func copy(
    _ source: FilePath, to target: FilePath, leavingOut leftOut: [ImageExtent] = [],
    permissions: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
  ) throws -> CopyMethod {
    let input = try HostFile(source)
    let output = try HostFile(creating: target, permissions: permissions)
    do {
      if image_factory_clone_file(output.descriptor.rawValue, input.descriptor.rawValue) == 0 {
        try output.close()
        return .reflink
      }
      try copyExtent(
        ImageExtent(offset: 0, length: try input.size()), from: input, to: output, at: 0, leavingOut: leftOut)
      try output.close()
      return .sparse
    } catch {
      unlink(target.string)
      throw error
    }
  }

  /// Copies one run of an image (a partition, say) into a new file of its own, holes kept; `target` must not exist.
  package static func extract(_ extent: ImageExtent, of source: FilePath, to target: FilePath) throws {
    let input = try HostFile(source)
    guard extent.offset >= 0, extent.length >= 0, extent.end <= (try input.size()) else {
      throw DiskImageError(.tooLarge, "'\(source)' ends before the run that should be copied")
    }
    let output = try HostFile(creating: target)
    do {
      try copyExtent(extent, from: input, to: output, at: 0)
      try output.close()
    } catch {
      unlink(target.string)
      throw error
    }
  }

  /// Copies all of a file into an existing one at `offset`, which is the end of that one or behind it; holes kept.
  static func insert(_ source: FilePath, into target: FilePath, at offset: Int64) throws {
    let input = try HostFile(source)
    let output = try HostFile(target, .readWrite)
    try copyExtent(ImageExtent(offset: 0, length: try input.size()), from: input, to: output, at: offset)
    try output.close()
  }

  private static func copyExtent(
    _ extent: ImageExtent, from input: borrowing HostFile, to output: borrowing HostFile, at start: Int64,
    leavingOut leftOut: [ImageExtent] = []
  ) throws {
    guard ftruncate(output.descriptor.rawValue, off_t(start + extent.length)) == 0 else {
      throw HostFile.failure("cannot write", output.path, Errno(rawValue: errno))
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
    defer { buffer.deallocate() }
    var data: [ImageExtent] = []
    try forEachDataExtent(of: input, from: extent.offset, size: extent.end) { data.append($0) }
    for run in ImageExtent.subtract(leftOut, from: data) {
      var position = run.offset
      while position < run.end {
        let wanted = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, Int(run.end - position))])
        let got = try input.read(into: wanted, at: position)
        guard got > 0 else {
          throw DiskImageError(.system, "'\(input.path)' became shorter while it was copied")
        }
        try output.write(
          UnsafeRawBufferPointer(rebasing: buffer[..<got]), at: start + position - extent.offset)
        position += Int64(got)
      }
    }
  }
}
