import NIOCore
import Synchronization

/// The guest's open connections: counted, and all closable at once.
final class OpenConnections: Sendable {
  private struct State {
    var channels: [ObjectIdentifier: any Channel] = [:]
    var closed = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// False when the depot is closed or full: the channel is then the caller's to close.
  func add(_ channel: any Channel) -> Bool {
    state.withLock { state in
      guard !state.closed, state.channels.count < limit else { return false }
      state.channels[ObjectIdentifier(channel)] = channel
      return true
    }
  }

  /// Called when everything about the connection has ended.
  func remove(_ channel: any Channel) {
    let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
      state.channels[ObjectIdentifier(channel)] = nil
      guard state.channels.isEmpty else { return nil }
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  /// Takes no more connections and closes the open ones.
  func closeAll() {
    let channels = state.withLock { state in
      state.closed = true
      return Array(state.channels.values)
    }
    for channel in channels { channel.close(promise: nil) }
  }

  /// Returns when the last connection is removed; for one caller.
  func emptied() async {
    await withCheckedContinuation { continuation in
      let isEmpty = state.withLock { state in
        if !state.channels.isEmpty { state.waiter = continuation }
        return state.channels.isEmpty
      }
      if isEmpty { continuation.resume() }
    }
  }
}
