import Foundation
import HostSystem
import Model
import Pipeline
import Synchronization

/// Runs work that SIGINT, SIGTERM and SIGHUP stop in order: undo steps run, the exit status says which signal it was.
enum Stoppable {
  static func run<Value: Sendable>(
    json: Bool = false,
    _ work: @escaping @Sendable (_ stopStatus: @escaping @Sendable () -> ExitStatus) async throws -> Value
  ) async throws -> Value {
    let watcher = try SignalWatcher()
    defer { watcher.close() }
    let box = StatusBox()
    let task = Task { try await work { box.status } }
    let listener = Task {
      var stops = 0
      for await stop in watcher.signals {
        stops += 1
        if stops > 1 {
          say("stopped without cleaning up; the next build of the image removes what is left", box.status, json)
          Foundation.exit(box.status.rawValue)
        }
        box.status = stop == .interrupt ? .interrupted : .terminated
        say("stopping, cleaning up (\(box.status.meaning))", box.status, json)
        task.cancel()
      }
    }
    defer { listener.cancel() }
    return try await task.value
  }

  /// Work that needs the host and leaves nothing behind when it is stopped.
  static func withHost(
    json: Bool = false, _ work: @escaping @Sendable (Pipeline.Host) async throws -> Void
  ) async throws {
    try await run(json: json) { stopStatus in
      do {
        try await Pipeline.Host.withReal(work)
      } catch {
        if Task.isCancelled { throw stopStatus() }
        throw error
      }
    }
  }

  private static func say(_ text: String, _ status: ExitStatus, _ json: Bool) {
    guard json else { return Console.err("\(Complaint.program): \(text)") }
    Complaint.report([Finding(.warning, status, text)], json: true)
  }

  private final class StatusBox: Sendable {
    private let value = Mutex<ExitStatus>(.interrupted)

    var status: ExitStatus {
      get { value.withLock { $0 } }
      set { value.withLock { $0 = newValue } }
    }
  }
}
