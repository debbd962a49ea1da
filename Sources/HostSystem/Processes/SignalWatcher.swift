@preconcurrency import Dispatch
import Glibc
import Model
import Synchronization

/// The writing end of the pipe; -1 while nobody watches. A global because a signal handler can reach nothing else.
private let alarmEnd = Atomic<Int32>(-1)

/// Turns SIGINT, SIGTERM and SIGHUP into a stream, so that undo steps run instead of the default action.
///
/// A handler that writes into a pipe, rather than blocked signals: it works whatever masks the threads of libraries have, and
/// children inherit nothing of it, since a handler does not survive exec(2). SIGPIPE is ignored from then on: a closed
/// terminal must not end a build (both ways of starting children give it back its default).
package final class SignalWatcher: Sendable {
  /// A request to stop.
  package enum Stop: Int32, Sendable, CaseIterable {
    case hangup = 1
    case interrupt = 2
    case terminate = 15

    /// What the process exits with after it: 128 and the number of the signal, a hangup like a SIGTERM.
    package var exitStatus: Int32 { self == .interrupt ? 130 : 143 }
  }

  /// Each signal as it comes; for one consumer, ends with ``close()``.
  package let signals: AsyncStream<Stop>
  private let source: any DispatchSourceRead
  private let previous: [(number: Int32, action: sigaction)]

  /// Starts watching; call it first thing in `main`, once. Throws ``Model/FactoryError``.
  package init() throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw SystemFailure.error("watch for signals") }
    for end in ends {
      // pipe2(2) is not imported; nothing else runs yet that could spawn a child in between.
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    let (reading, writing) = (ends[0], ends[1])
    guard alarmEnd.compareExchange(expected: -1, desired: writing, ordering: .sequentiallyConsistent).exchanged else {
      _ = Glibc.close(reading)
      _ = Glibc.close(writing)
      throw FactoryError(.unexpected, "signals are watched already")
    }
    let (stream, continuation) = AsyncStream<Stop>.makeStream()
    signals = stream
    source = DispatchSource.makeReadSource(fileDescriptor: reading, queue: .global(qos: .userInitiated))
    source.setEventHandler {
      var byte: UInt8 = 0
      while read(reading, &byte, 1) == 1 {
        if let stop = Stop(rawValue: Int32(byte)) { continuation.yield(stop) }
      }
    }
    source.setCancelHandler {
      _ = Glibc.close(reading)
      _ = Glibc.close(writing)
      continuation.finish()
    }
    source.activate()
    previous = SignalWatcher.installHandlers()
  }

  /// Gives the signals their former actions back and ends the stream.
  package func close() {
    guard !source.isCancelled else { return }
    for (number, action) in previous {
      var action = action
      sigaction(number, &action, nil)
    }
    alarmEnd.store(-1, ordering: .sequentiallyConsistent)
    source.cancel()
  }

  private static func installHandlers() -> [(number: Int32, action: sigaction)] {
    var action = sigaction()
    action.sa_flags = SA_RESTART
    action.__sigaction_handler.sa_handler = { number in
      let saved = errno
      var byte = UInt8(truncatingIfNeeded: number)
      let end = alarmEnd.load(ordering: .sequentiallyConsistent)
      if end >= 0 { write(end, &byte, 1) }
      errno = saved
    }
    var ignore = sigaction()
    ignore.__sigaction_handler.sa_handler = SIG_IGN
    return (Stop.allCases.map(\.rawValue) + [SIGPIPE]).map { number in
      var former = sigaction()
      if number == SIGPIPE { sigaction(number, &ignore, &former) } else { sigaction(number, &action, &former) }
      return (number, former)
    }
  }
}
