import Model
import SystemPackage

import Glibc

/// Reads and writes files of a known, small size.
enum SmallFile {
  /// The whole content; throws `CpioProblem.tooLarge` past the limit and `Errno` when it cannot be read.
  static func read(_ path: FilePath, limit: UInt64 = 64 << 20) throws -> [UInt8] {
    let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
    return try file.closeAfter {
      let size = UInt64(try file.seek(offset: 0, from: .end))
      guard size <= limit else { throw CpioProblem.tooLarge(path.string) }
      return try file.exactly(Int(size), at: 0)
    }
  }

  /// Writes a new file under the name, or replaces the file of that name as a whole: a reader never sees half of it.
  static func write(_ bytes: [UInt8], to path: FilePath) throws {
    let beside = FilePath(path.string + ".new")
    let file = try FileDescriptor.open(
      beside, .writeOnly, options: [.create, .truncate, .closeOnExec, .noFollow],
      permissions: [.ownerReadWrite, .groupRead, .otherRead])
    do {
      try file.closeAfter { _ = try file.writeAll(bytes) }
      guard rename(beside.string, path.string) == 0 else { throw Errno(rawValue: errno) }
    } catch {
      unlink(beside.string)
      throw error
    }
  }
}
