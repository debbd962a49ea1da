import Glibc
import SystemPackage

/// An open file of the host: closed when it goes away, every failure a `DiskImageError` with the path in it.
///
/// Its calls block; a caller on the cooperative pool moves them off it.
struct HostFile: ~Copyable {
  let descriptor: FileDescriptor
  let path: FilePath
  private var isOpen = true

  /// Opens a regular file (a symlink to one counts); anything else is refused, so that a block device of the host is never taken
  /// for an image by accident. `O_NONBLOCK` keeps the open from waiting for ever at a named pipe.
  init(_ path: FilePath, _ access: FileDescriptor.AccessMode = .readOnly) throws {
    let opened: FileDescriptor
    do {
      opened = try FileDescriptor.open(path, access, options: [.closeOnExec, .nonBlocking])
    } catch let error as Errno {
      throw HostFile.failure("cannot open", path, error)
    }
    var status = stat()
    guard fstat(opened.rawValue, &status) == 0 else {
      let reason = Errno(rawValue: errno)
      try? opened.close()
      throw HostFile.failure("cannot look at", path, reason)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      try? opened.close()
      throw DiskImageError(.wrongType, "'\(path)' is not a regular file")
    }
    descriptor = opened
    self.path = path
  }

  /// Creates a file that must not exist yet.
  init(creating path: FilePath, permissions: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]) throws {
    do {
      descriptor = try FileDescriptor.open(
        path, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec], permissions: permissions)
    } catch let error as Errno {
      throw HostFile.failure("cannot create", path, error)
    }
    self.path = path
  }

  deinit { if isOpen { try? descriptor.close() } }

  /// Closes and reports what closing found, such as a full disk on a network file system.
  consuming func close() throws {
    // The descriptor is gone even when close(2) fails: the deinit must not close it (by then another file's) a second time.
    isOpen = false
    try HostFile.attempt("cannot close", path) { try descriptor.close() }
  }

  /// Bytes in the file now.
  func size() throws -> Int64 {
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0 else {
      throw HostFile.failure("cannot look at", path, Errno(rawValue: errno))
    }
    return Int64(status.st_size)
  }

  /// Fills `buffer` from `offset` on; fewer bytes only at the end of the file.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
    var done = 0
    while done < buffer.count {
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let got = try HostFile.attempt("cannot read", path) {
        try descriptor.read(fromAbsoluteOffset: offset + Int64(done), into: part)
      }
      if got == 0 { break }
      done += got
    }
    return done
  }

  /// The bytes at `offset`; fewer than `count` only at the end of the file.
  func bytes(at offset: Int64, count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
      used = try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
    }
  }

  /// Writes all of `buffer` at `offset`.
  func write(_ buffer: UnsafeRawBufferPointer, at offset: Int64) throws {
    var done = 0
    while done < buffer.count {
      let part = UnsafeRawBufferPointer(rebasing: buffer[done...])
      done += try HostFile.attempt("cannot write", path) {
        try descriptor.write(toAbsoluteOffset: offset + Int64(done), part)
      }
    }
  }

  /// Waits until the disk has the data (fsync(2)).
  func synchronize() throws {
    guard fsync(descriptor.rawValue) == 0 else {
      throw HostFile.failure("cannot write", path, Errno(rawValue: errno))
    }
  }

  static func attempt<Result>(_ what: String, _ path: FilePath, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as Errno {
      throw failure(what, path, error)
    }
  }

  static func failure(_ what: String, _ path: FilePath, _ error: Errno) -> DiskImageError {
    let kind: DiskImageError.Kind =
      switch error {
      case .noSuchFileOrDirectory: .notFound
      case .fileExists: .exists
      case .noSpace, .diskQuotaExceeded: .noSpace
      default: .system
      }
    return DiskImageError(kind, "\(what) '\(path)': \(error)")
  }
}
