import NIOCore
import Synchronization

/// Notices that a mirror stopped sending in the middle of a body.
///
/// The HTTP client's own read time-out also runs while a slow guest keeps us from reading; this clock runs only while we
/// wait for the mirror.
final class SilenceWatch: Sendable {
  private struct State {
    var waitingSince: NIODeadline?
    var timer: RepeatedTask?
    var expired = false
  }

  private let state = Mutex(State())

  /// Looks at the clock a few times per `limit` and calls `onSilence` once, when a wait has lasted longer.
  init(limit: TimeAmount, on eventLoop: any EventLoop, onSilence: @escaping @Sendable () -> Void) {
    let interval = TimeAmount.nanoseconds(max(1_000_000, limit.nanoseconds / 4))
    let timer = eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { [weak self] task in
      guard let self else { return task.cancel() }
      if self.expires(limit) {
        task.cancel()
        onSilence()
      }
    }
    state.withLock { $0.timer = timer }
  }

  private func expires(_ limit: TimeAmount) -> Bool {
    state.withLock { state in
      guard !state.expired, let since = state.waitingSince, .now() - since > limit else { return false }
      state.expired = true
      return true
    }
  }

  /// Whether the mirror was silent for too long.
  var hasExpired: Bool { state.withLock { $0.expired } }

  func startWaiting() { state.withLock { $0.waitingSince = .now() } }
  func stopWaiting() { state.withLock { $0.waitingSince = nil } }

  /// Ends the watch.
  func cancel() { state.withLock { $0.timer }?.cancel() }
}
