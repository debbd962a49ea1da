import Foundation
package import HostSystem
package import Model
import Synchronization
package import SystemPackage

/// The build's own log file: every event with its time, child output and the guest's lines included.
package final class BuildLog: Sendable {
  private struct State {
    var handle: FileHandle?
    /// The second that `stamp` is of: a log has thousands of lines in one.
    var second = -Double.infinity
    var stamp = ""
  }

  private let state: Mutex<State>
  private let clock: any WallClock

  /// Opens the log for appending; without a path nothing is written.
  ///
  /// The file is made with O_EXCL by whoever reserved the build's name, so an older log is never cut.
  package init(_ path: FilePath?, clock: any WallClock) {
    self.clock = clock
    guard let path else {
      state = Mutex(State())
      return
    }
    let descriptor = open(path.string, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o640)
    state = Mutex(
      State(handle: descriptor < 0 ? nil : FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)))
  }

  package func write(_ event: BuildEvent) {
    // Progress arrives several times a second; the log keeps what changed in words.
    if event.kind == .progress, event.text == nil { return }
    guard let text = EventText.line(event) else { return }
    append([text])
  }

  /// Closes the log with the report in words.
  package func finish(_ report: BuildReport) {
    append(ReportText.text(report))
    state.withLock {
      try? $0.handle?.close()
      $0.handle = nil
    }
  }

  private func append(_ lines: [String]) {
    let now = clock.now.rounded(.down)
    state.withLock { state in
      guard let handle = state.handle else { return }
      if state.second != now {
        state.second = now
        state.stamp = clock.timestamp(of: now)
      }
      var text = ""
      for line in lines { text += "\(state.stamp) \(line)\n" }
      // A full disk must not end a build that would otherwise succeed: the log is what suffers.
      try? handle.write(contentsOf: Data(text.utf8))
    }
  }
}
