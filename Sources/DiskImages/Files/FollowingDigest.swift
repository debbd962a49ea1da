import Dispatch
import Glibc
import Synchronization
import SystemPackage

/// The digests of a file that another thread or program writes from its first byte to its last, made beside the writing.
///
/// Only for writers that never go back: what could be written to a pipe as well. A file that is not in the end what was followed gives
/// nothing, and is read once more by whoever needs its digests.
final class FollowingDigest: Sendable {
  private enum Phase { case writing, written, abandoned }

  private let path: FilePath
  private let algorithms: Set<FileDigest.Algorithm>
  private let phase = Mutex(Phase.writing)
  private let done = DispatchSemaphore(value: 0)
  private let result = Mutex<DigestNote?>(nil)

  /// Begins at once; the file need not be there yet.
  init(_ path: FilePath, _ algorithms: Set<FileDigest.Algorithm>) {
    self.path = path
    self.algorithms = algorithms
    DispatchQueue.global(qos: .userInitiated).async { [self] in
      let note = follow()
      result.withLock { $0 = note }
      done.signal()
    }
  }

  /// The writing has failed: nothing is made of it. Waits for the thread, which looks every few milliseconds. Blocks.
  func abandon() {
    phase.withLock { $0 = .abandoned }
    done.wait()
  }

  /// The writing is done: the rest is read; nil when `target` is not the file that was followed. Blocks.
  func finish(_ target: FilePath) -> DigestNote? {
    phase.withLock { $0 = .written }
    done.wait()
    guard let note = result.withLock({ $0 }), note.describes(target) else { return nil }
    return note
  }

  private func follow() -> DigestNote? {
    var file: Int32 = -1
    defer { if file >= 0 { close(file) } }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
    defer { buffer.deallocate() }
    var hasher = FileDigest.Hasher(algorithms)
    var position: Int64 = 0
    while true {
      // Asked before reading: what was written before the end of the writing is seen then.
      let now = phase.withLock { $0 }
      if now == .abandoned { return nil }
      if file < 0 { file = open(path.string, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW) }
      let count = file < 0 ? 0 : pread(file, buffer.baseAddress, buffer.count, off_t(position))
      if count > 0 {
        hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        position += Int64(count)
        continue
      }
      if count < 0, errno != EINTR { return nil }
      if now == .written { break }
      usleep(2_000)
    }
    var status = stat()
    guard file >= 0, fstat(file, &status) == 0, Int64(status.st_size) == position else { return nil }
    return DigestNote(hasher.finish(), status)
  }
}
