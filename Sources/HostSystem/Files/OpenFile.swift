import Glibc
import Model
import SystemPackage

/// The owner of one file descriptor; closed when the last reference goes, or before by ``close()``.
final class OpenFile: Sendable {
  let descriptor: FileDescriptor
  let path: FilePath

  /// Opens `path` with the flags of open(2); never follows a symbolic link in the last component, never leaks into a child.
  init(_ path: FilePath, _ flags: Int32, mode: mode_t = 0o644, status: ExitStatus = .hostNotReady) throws {
    let number = path.withPlatformString { open($0, flags | O_CLOEXEC | O_NOFOLLOW, mode) }
    guard number >= 0 else {
      let code = errno
      if code == ELOOP {
        throw FactoryError(status, "cannot open '\(path.string.printable)': it is a symbolic link")
      }
      throw SystemFailure.error("open '\(path.string.printable)'", code: code, status: status)
    }
    descriptor = FileDescriptor(rawValue: number)
    self.path = path
  }

  deinit { _ = Glibc.close(descriptor.rawValue) }

  /// Writes all of `bytes` at the present position.
  func write(_ bytes: UnsafeRawBufferPointer) throws {
    do {
      try descriptor.writeAll(bytes)
    } catch let error as Errno {
      throw SystemFailure.error("write '\(path.string.printable)'", code: error.rawValue)
    }
  }

  /// Reads up to `count` bytes; empty at the end of the file.
  func read(upTo count: Int) throws -> [UInt8] {
    do {
      return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        filled = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer), retryOnInterrupt: true)
      }
    } catch let error as Errno {
      throw SystemFailure.error("read '\(path.string.printable)'", code: error.rawValue)
    }
  }

  /// Puts everything written so far on the disk.
  func synchronize() throws {
    guard fsync(descriptor.rawValue) == 0 else {
      throw SystemFailure.error("write '\(path.string.printable)' to the disk")
    }
  }

  /// What the file is: size, type, owner, times.
  func information() throws -> stat {
    var result = stat()
    guard fstat(descriptor.rawValue, &result) == 0 else {
      throw SystemFailure.error("look at '\(path.string.printable)'")
    }
    return result
  }
}
