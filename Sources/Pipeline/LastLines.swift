import Synchronization

/// The end of what the last tool said, when it failed: where the answer is for whoever reads the error.
final class LastLines: Sendable {
  private static let most = 8
  private let lines = Mutex<[String]>([])

  /// The lines, oldest first; none when the last tool did not fail.
  var all: [String] { lines.withLock { $0 } }

  func add(_ line: String) {
    lines.withLock { lines in
      if lines.count == LastLines.most { lines.removeFirst() }
      lines.append(line)
    }
  }

  func forget() { lines.withLock { $0 = [] } }
}
