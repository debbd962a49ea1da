import CLinux
import Glibc
import Model
package import SystemPackage

/// Files that appear complete or not at all.
package enum AtomicFile {
  /// Writes `bytes` beside `path`, on the disk, then renames: readers see the old contents or the new, never a part.
  ///
  /// A symbolic link at `path` is replaced, not followed. Throws ``Model/FactoryError``; nothing is left behind then.
  package static func write(_ bytes: [UInt8], to path: FilePath, mode: UInt32 = 0o644) throws {
    let part = temporaryName(beside: path)
    // Only the owner while it is written: the mode given may be for a secret, and a wider umask must not show it early.
    let file = try OpenFile(part, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
    do {
      try bytes.withUnsafeBytes(file.write)
      guard fchmod(file.descriptor.rawValue, mode) == 0 else {
        throw SystemFailure.error("set the mode of '\(path.string.printable)'")
      }
      try file.synchronize()
      try rename(part, to: path)
    } catch {
      unlink(part.string)
      throw error
    }
  }

  /// Writes a text; as ``write(_:to:mode:)-([UInt8],_,_)``.
  package static func write(_ text: String, to path: FilePath, mode: UInt32 = 0o644) throws {
    try write(Array(text.utf8), to: path, mode: mode)
  }

  /// Renames within one file system, replacing what is there, and makes it last. Throws ``Model/FactoryError``.
  package static func rename(_ source: FilePath, to target: FilePath) throws {
    guard Glibc.rename(source.string, target.string) == 0 else {
      throw SystemFailure.error("write '\(target.string.printable)'")
    }
    try Folder.synchronize(target.parentFolder)
  }

  /// Renames within one file system and throws when there is something at `target`: an existing image is never replaced.
  package static func renameWithoutReplacing(_ source: FilePath, to target: FilePath) throws {
    // File systems that do not know this rename (NFS) get a hard link, which cannot replace either.
    if image_factory_rename_without_replacing(source.string, target.string) != 0 {
      guard errno == EINVAL || errno == ENOSYS, link(source.string, target.string) == 0 else {
        throw SystemFailure.error("write '\(target.string.printable)'", status: .processingFailed)
      }
      unlink(source.string)
    }
    try Folder.synchronize(target.parentFolder)
  }

  /// All of a small file; throws ``Model/FactoryError`` when it is longer than `limit` bytes, or no regular file.
  package static func read(_ path: FilePath, limit: Int = 64 << 20) throws -> [UInt8] {
    // Not through OpenFile: what a user names may well be a symbolic link.
    let number = open(path.string, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard number >= 0 else { throw SystemFailure.error("open '\(path.string.printable)'") }
    let descriptor = FileDescriptor(rawValue: number)
    defer { try? descriptor.close() }
    var information = stat()
    guard fstat(number, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
      throw FactoryError(.hostNotReady, "cannot read '\(path.string.printable)': not a regular file")
    }
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0, retryOnInterrupt: true) }
      if count == 0 { return result }
      result.append(contentsOf: buffer[..<count])
      guard result.count <= limit else {
        throw FactoryError(.hostNotReady, "'\(path.string.printable)' is longer than \(ByteSize(bytes: Int64(limit)))")
      }
    }
  }

  /// A hidden name in the same folder that nobody else uses.
  static func temporaryName(beside path: FilePath) -> FilePath {
    let name = path.lastComponent?.string ?? "file"
    return path.parentFolder.appending(".\(name).\(getpid()).\(UInt32.random(in: 0...UInt32.max)).part")
  }
}

extension FilePath {
  /// The folder this path is in; `.` for a bare name.
  var parentFolder: FilePath {
    let folder = removingLastComponent()
    return folder.isEmpty ? "." : folder
  }
}
