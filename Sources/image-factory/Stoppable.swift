import HostSystem
import Model
import Synchronization

/// Runs work that SIGINT, SIGTERM and SIGHUP stop in order: undo steps run, the exit status says which signal it was.
enum Stoppable {
  static func run<Value: Sendable>(
    _ work: @escaping @Sendable (_ stopStatus: @escaping @Sendable () -> ExitStatus) async throws -> Value
  ) async throws -> Value {
    let watcher = try SignalWatcher()
    defer { watcher.close() }
    let box = StatusBox()
    let task = Task { try await work { box.status } }
    let listener = Task {
      for await stop in watcher.signals {
        box.status = stop == .interrupt ? .interrupted : .terminated
        Console.err("image-factory: stopping, cleaning up (\(box.status.meaning))")
        task.cancel()
      }
    }
    defer { listener.cancel() }
    return try await task.value
  }

  private final class StatusBox: Sendable {
    private let value = Mutex<ExitStatus>(.interrupted)

    var status: ExitStatus {
      get { value.withLock { $0 } }
      set { value.withLock { $0 = newValue } }
    }
  }
}
