import Foundation
package import HostSystem
package import Model
import Synchronization
package import SystemPackage

/// The build's own log file: every event with its time, child output and the guest's lines included.
package final class BuildLog: Sendable {
  private let handle: Mutex<FileHandle?>
  private let clock: any WallClock

  /// Opens the log for appending; without a path nothing is written.
  ///
  /// The file is made with O_EXCL by whoever reserved the build's name, so an older log is never cut.
  package init(_ path: FilePath?, clock: any WallClock) {
    self.clock = clock
    guard let path else {
      handle = Mutex(nil)
      return
    }
    let descriptor = open(path.string, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o640)
    handle = Mutex(descriptor < 0 ? nil : FileHandle(fileDescriptor: descriptor, closeOnDealloc: true))
  }

  package func write(_ event: BuildEvent) {
    // Progress arrives several times a second; the log keeps what changed in words.
    if event.kind == .progress, event.text == nil { return }
    guard let text = EventText.line(event) else { return }
    append("\(clock.timestamp) \(text)\n")
  }

  /// Closes the log with the report in words.
  package func finish(_ report: BuildReport) {
    append(ReportText.text(report).map { "\(clock.timestamp) \($0)\n" }.joined())
    handle.withLock {
      try? $0?.close()
      $0 = nil
    }
  }

  private func append(_ text: String) {
    // A full disk must not end a build that would otherwise succeed: the log is what suffers.
    handle.withLock { try? $0?.write(contentsOf: Data(text.utf8)) }
  }
}
