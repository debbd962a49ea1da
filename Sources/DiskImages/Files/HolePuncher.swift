import CExt2fs
import Glibc
package import SystemPackage

/// Turns runs of an image file into holes that read as zero.
///
/// `fallocate(PUNCH_HOLE | KEEP_SIZE)`; where the host's file system cannot do that (NFS 3, some FUSE), zeros are written
/// instead, only over what is not a hole yet. Calls block.
package struct HolePuncher: ~Copyable {
  /// What to do with a run.
  package enum Method: Sendable {
    /// Punch, or write zeros from the first run on that the file system refuses.
    case punch
    /// Always write zeros: the image keeps its blocks.
    case writeZeros
  }

  /// What was done so far.
  package struct Tally: Sendable, Hashable {
    package var runs = 0
    /// Bytes that are certain to read as zero now, holes that were there before included.
    package var bytes: Int64 = 0
    /// True when zeros were written because the file system cannot punch, or because it was asked for.
    package var wroteZeros = false
  }

  private let file: HostFile
  private let size: Int64
  private var method: Method
  package private(set) var tally = Tally()

  /// Opens a regular file for writing; throws when it cannot.
  package init(_ image: FilePath, method: Method = .punch) throws {
    let opened = try HostFile(image, .readWrite)
    size = try opened.size()
    file = opened
    self.method = method
  }

  /// Makes one run read as zero; throws when it lies outside the file.
  package mutating func punch(_ extent: ImageExtent) throws {
    guard extent.offset >= 0, extent.length >= 0, extent.end <= size else {
      throw DiskImageError(.corrupt, "a free run lies outside '\(file.path)'")
    }
    guard extent.length > 0 else { return }
    if method == .punch, try !deallocate(extent) { method = .writeZeros }
    if method == .writeZeros {
      try overwrite(extent)
      tally.wroteZeros = true
    }
    tally.runs += 1
    tally.bytes += extent.length
  }

  /// Closes; throws when the last writes could not be kept.
  package consuming func close() throws -> Tally {
    let tally = self.tally
    try file.close()
    return tally
  }

  /// False: this file system cannot punch holes.
  private func deallocate(_ extent: ImageExtent) throws -> Bool {
    while image_factory_punch_hole(file.descriptor.rawValue, off_t(extent.offset), off_t(extent.length)) != 0 {
      switch errno {
      case EINTR: continue
      case EOPNOTSUPP, ENOSYS: return false
      default: throw HostFile.failure("cannot punch a hole into", file.path, Errno(rawValue: errno))
      }
    }
    return true
  }

  private func overwrite(_ extent: ImageExtent) throws {
    let zeros = [UInt8](repeating: 0, count: Int(min(extent.length, 1 << 20)))
    var data: [ImageExtent] = []
    try SparseFile.forEachDataExtent(of: file, from: extent.offset, size: extent.end) { data.append($0) }
    for run in data {
      var position = run.offset
      while position < run.end {
        let count = Int(min(Int64(zeros.count), run.end - position))
        try zeros.withUnsafeBytes { try file.write(UnsafeRawBufferPointer(rebasing: $0[..<count]), at: position) }
        position += Int64(count)
      }
    }
  }
}
