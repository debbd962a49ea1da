import Synchronization

/// Runs blocking work as `offPool` does, and ends it early when the task is cancelled: `work` is given a question that throws then, and
/// asks it every few MiB.
func offPoolUntilCancelled<Value: Sendable>(
  _ work: @escaping @Sendable (_ checkCancellation: @escaping @Sendable () throws -> Void) throws -> Value
) async throws -> Value {
  let isCancelled = CancellationFlag()
  return try await withTaskCancellationHandler {
    try await offPool { try work { try isCancelled.check() } }
  } onCancel: {
    isCancelled.set()
  }
}

/// Told by the task, asked by the thread.
private final class CancellationFlag: Sendable {
  private let flag = Atomic(false)

  func set() { flag.store(true, ordering: .relaxed) }

  func check() throws {
    if flag.load(ordering: .relaxed) { throw CancellationError() }
  }
}
