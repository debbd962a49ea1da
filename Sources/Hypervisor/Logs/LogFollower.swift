import Synchronization
package import SystemPackage

/// The lines of a file that another process appends to, as they come.
package final class LogFollower: Sendable {
  private let path: FilePath
  private let interval: Duration
  private let last = Mutex<ContinuousClock.Instant?>(nil)

  /// Looks every `interval` for new bytes; the file need not exist yet.
  package init(path: FilePath, interval: Duration = .milliseconds(100)) {
    self.path = path
    self.interval = interval
  }

  /// When the last byte came; nil before the first. For telling a guest that is silent from one that is busy.
  package var lastByte: ContinuousClock.Instant? { last.withLock { $0 } }

  /// Lines from the file's start on, cleaned and of bounded length; ends when the task is cancelled. Nothing is read ahead of who asks.
  package func lines() -> AsyncStream<String> {
    let reader = Reader(path: path)
    return AsyncStream { [self] in
      while !Task.isCancelled {
        if let line = reader.next() { return line }
        reader.read()
        last.withLock { $0 = reader.lastByte }
        if let line = reader.next() { return line }
        guard (try? await Task.sleep(for: interval)) != nil else { return nil }
      }
      return nil
    }
  }

  /// The tail of one stream with the lines that nobody has asked for yet.
  private final class Reader: Sendable {
    private struct State: ~Copyable {
      var tail: LogTail
      var waiting: [String] = []
      var next = 0
    }

    private let state: Mutex<State>

    init(path: FilePath) { state = Mutex(State(tail: LogTail(path: path))) }

    var lastByte: ContinuousClock.Instant? { state.withLock { $0.tail.lastByte } }

    func read() {
      state.withLock { state in
        state.waiting = state.tail.poll()
        state.next = 0
      }
    }

    func next() -> String? {
      state.withLock { state in
        guard state.next < state.waiting.count else { return nil }
        defer { state.next += 1 }
        return state.waiting[state.next]
      }
    }
  }
}
