import Glibc
import SystemPackage

/// Reads what another process appends to a file, by being asked now and then.
///
/// The file may come into being later, be truncated, or be renamed and made anew (virtlogd rotates its files): the old one is
/// read to its end first. Memory is bounded: one poll reads at most ``share`` bytes.
struct LogTail: ~Copyable {
  /// The most that one poll reads, in bytes.
  static let share = 256 << 10
  /// A line without an end is given after this much silence.
  static let promptDelay = Duration.milliseconds(500)

  let path: FilePath
  private var descriptor: Int32 = -1
  private var inode: ino_t = 0
  private var offset: off_t = 0
  private var splitter = ConsoleLineSplitter()
  /// When the last byte came; nil before the first.
  private(set) var lastByte: ContinuousClock.Instant?
  /// How large the file has been seen to be, in bytes; a guest can write faster than is read.
  private(set) var fileSize: Int64 = 0

  init(path: FilePath) { self.path = path }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The lines that are new since the last call; a file that is not there (yet) has none.
  mutating func poll(at now: ContinuousClock.Instant = .now) -> [String] {
    if descriptor < 0 { openFile() }
    guard descriptor >= 0 else { return [] }
    var lines: [String] = []
    var left = LogTail.share
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    restartIfTruncated()
    while left > 0 {
      let count = pread(descriptor, &buffer, min(left, buffer.count), offset)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 {
        guard count == 0, changeFile() else { break }
        continue
      }
      offset += off_t(count)
      left -= count
      lastByte = now
      lines += splitter.feed(buffer[..<count])
    }
    if lines.isEmpty, splitter.hasPartialLine, let lastByte, now - lastByte >= LogTail.promptDelay {
      if let prompt = splitter.flush() { lines.append(prompt) }
    }
    return lines
  }

  private mutating func openFile() {
    descriptor = open(path.string, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return }
    var status = stat()
    // Only a regular file can be read by offset; anything else somebody put there is left alone.
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      descriptor = -1
      return
    }
    inode = status.st_ino
    offset = 0
  }

  private mutating func restartIfTruncated() {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return }
    fileSize = Int64(status.st_size)
    if status.st_size < offset { offset = 0 }
  }

  /// At the end of the file: goes on with the one that has taken its name, if any.
  private mutating func changeFile() -> Bool {
    var status = stat()
    guard stat(path.string, &status) == 0, status.st_ino != inode else { return false }
    close(descriptor)
    descriptor = -1
    openFile()
    return descriptor >= 0
  }
}
