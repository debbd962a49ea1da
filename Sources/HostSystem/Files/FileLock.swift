import Glibc
import Model
package import SystemPackage

/// An exclusive lock between processes (and tasks of this one), kept by the kernel: it goes with its holder, however that ends.
///
/// The lock file stays: removing it would let two holders lock two files of one name.
package final class FileLock: Sendable {
  private let file: OpenFile

  private init(_ file: OpenFile) { self.file = file }

  /// Waits for the lock, at most `timeout`; the error names the process that holds it.
  ///
  /// Throws ``Model/FactoryError`` and `CancellationError`.
  package static func acquire(_ path: FilePath, timeout: Duration, for purpose: String) async throws -> FileLock {
    let deadline = ContinuousClock.now + timeout
    var pause = Duration.milliseconds(5)
    while true {
      if let lock = try tryAcquire(path) { return lock }
      guard ContinuousClock.now + pause < deadline else { throw busy(path, timeout, purpose) }
      try await Task.sleep(for: pause)
      pause = min(pause * 2, .milliseconds(200))
    }
  }

  /// The lock, or nil when somebody else has it.
  package static func tryAcquire(_ path: FilePath) throws -> FileLock? {
    let file = try OpenFile(path, O_RDWR | O_CREAT)
    guard flock(file.descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      guard code == EWOULDBLOCK || code == EINTR else {
        throw SystemFailure.error("lock '\(path.string.printable)'", code: code)
      }
      return nil
    }
    // For people and for the error of the next one; the lock itself does not need it.
    _ = ftruncate(file.descriptor.rawValue, 0)
    try Array("\(getpid())\n".utf8).withUnsafeBytes(file.write)
    return FileLock(file)
  }

  /// The process that wrote its number into the lock file last.
  package static func holder(of path: FilePath) -> Int? {
    guard let bytes = try? AtomicFile.read(path, limit: 64) else { return nil }
    return Int(String(decoding: bytes, as: UTF8.self).trimmingBlanks)
  }

  /// Gives the lock back; so does the end of the last reference.
  package func release() { _ = flock(file.descriptor.rawValue, LOCK_UN) }

  /// Whether the lock file is still the one at its path.
  func isStillThere() -> Bool {
    var now = stat()
    guard let held = try? file.information(), lstat(file.path.string, &now) == 0 else { return false }
    return now.st_ino == held.st_ino && now.st_dev == held.st_dev
  }

  private static func busy(_ path: FilePath, _ timeout: Duration, _ purpose: String) -> FactoryError {
    let who = holder(of: path).map { "process \($0)" } ?? "another process"
    return FactoryError(
      .hostNotReady, "cannot \(purpose): \(who) holds the lock '\(path.string.printable)', waited \(timeout.timeSpan)",
      hint: "wait for the other build to finish, or look at that process")
  }
}
