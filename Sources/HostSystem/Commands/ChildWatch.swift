import Glibc
import Subprocess
import Synchronization

/// The first reason to end a child before its time, and the way to wait for it.
final class StopRequest: Sendable {
  enum Reason: Sendable {
    case timeLimit
    case cancelled
  }

  private let first = Mutex<Reason?>(nil)
  private let stream: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

  var reason: Reason? { first.withLock { $0 } }

  func request(_ reason: Reason) {
    first.withLock { $0 = $0 ?? reason }
    continuation.yield()
  }

  /// Returns true when a stop is requested, false when the waiting task is cancelled.
  func wait() async -> Bool {
    for await _ in stream { return true }
    return false
  }
}

/// Following a child to its end, and bringing it about when asked to.
enum ChildWatch {
  /// Returns when the child has ended and `reading` is done; its status is not taken yet.
  static func untilEnded<Output: OutputProtocol, Failure: OutputProtocol>(
    _ execution: Execution<NoInput, Output, Failure>, limit: Duration?, stop: StopRequest, grace: Duration,
    reading: @escaping @Sendable () async -> Void
  ) async {
    await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        await reading()
        await untilExit(of: execution.processIdentifier.value)
        return true
      }
      group.addTask {
        if await stop.wait() { await end(execution, grace: grace) }
        return false
      }
      if let limit {
        group.addTask {
          do { try await Task.sleep(for: limit) } catch { return false }
          stop.request(.timeLimit)
          return false
        }
      }
      for await hasEnded in group where hasEnded { group.cancelAll() }
    }
  }

  /// A child may close both streams and go on: the time limit holds for it as well, so its end is looked at, not taken.
  private static func untilExit(of process: pid_t) async {
    var pause = Duration.milliseconds(2)
    while true {
      var information = siginfo_t()
      let result = waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT)
      if result == 0, information._sifields._sigchld.si_pid == process { return }
      if result != 0, errno != EINTR { return }
      try? await Task.sleep(for: pause)
      pause = min(pause * 2, .milliseconds(100))
    }
  }

  /// SIGTERM to the group, grace, SIGKILL to the group.
  ///
  /// The library's sequence stops as soon as the leader has gone, so whoever of its group ignores SIGTERM is killed here. The
  /// group's number cannot have been given away: the leader is not waited for before the caller returns.
  private static func end<Output: OutputProtocol, Failure: OutputProtocol>(
    _ execution: Execution<NoInput, Output, Failure>, grace: Duration
  ) async {
    await execution.teardown(using: [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: grace)])
    kill(-execution.processIdentifier.value, SIGKILL)
  }
}
