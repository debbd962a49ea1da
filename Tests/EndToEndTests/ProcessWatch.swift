import FactoryTestSupport
import Foundation
import Synchronization

/// Looks at the process table several times a second while a build runs.
final class ProcessWatch: Sendable {
  struct Seen: Sendable {
    /// When the first guest of the build was there; nil: there was none.
    var guestAfter: Double?
    /// Of the program itself, in bytes.
    var peakMemory: Int64 = 0
    /// Command lines in which a secret stood.
    var leaks: Set<String> = []
    var looks = 0
  }

  private let seen = Mutex(Seen())
  private let isDone = Atomic(false)

  /// Starts looking: at guests whose name begins with `image-factory-IMAGE`, at the program, at everybody's words.
  init(program: Int32, image: String, secret: String) {
    let started = ContinuousClock.now
    let thread = Thread { [self] in
      while !isDone.load(ordering: .relaxed) {
        look(
          program, "guest=image-factory-\(image)", secret, after: Double((ContinuousClock.now - started) / .seconds(1)))
        usleep(100_000)
      }
    }
    thread.start()
  }

  func stop() -> Seen {
    isDone.store(true, ordering: .relaxed)
    return seen.withLock { $0 }
  }

  private func look(_ program: Int32, _ guest: String, _ secret: String, after seconds: Double) {
    let processes = ProcessTable.all()
    let memory = ProcessTable.peakMemory(of: program) ?? 0
    seen.withLock { seen in
      seen.looks += 1
      seen.peakMemory = max(seen.peakMemory, memory)
      for process in processes {
        if process.commandLine.contains(secret) { seen.leaks.insert(process.commandLine) }
        if seen.guestAfter == nil, process.commandLine.contains(guest) { seen.guestAfter = seconds }
      }
    }
  }
}
