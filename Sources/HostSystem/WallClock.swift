import Glibc
import Synchronization

/// The port to the time of day.
package protocol WallClock: Sendable {
  /// Seconds since 1970-01-01 00:00 UTC.
  var now: Double { get }
  /// Waits; throws `CancellationError`.
  func sleep(for duration: Duration) async throws
  /// Seconds east of UTC at that moment.
  func offset(at seconds: Double) -> Int
}

extension WallClock {
  /// Today in the local time zone, `YYYY-MM-DD`; take it once for a build, midnight comes.
  package var today: String { String(timestamp.prefix(10)) }

  /// Now as ISO 8601 with the offset of the local time zone: `2026-01-31T13:05:09+01:00`.
  package var timestamp: String { timestamp(of: now) }

  /// A moment as ISO 8601 with the offset of the local time zone.
  package func timestamp(of seconds: Double) -> String {
    let offset = offset(at: seconds)
    var moment = time_t(seconds.rounded(.down)) + offset
    var parts = tm()
    gmtime_r(&moment, &parts)
    let day = "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1))-\(padded(Int(parts.tm_mday)))"
    let time = "\(padded(Int(parts.tm_hour))):\(padded(Int(parts.tm_min))):\(padded(Int(parts.tm_sec)))"
    let zone = "\(padded(abs(offset) / 3600)):\(padded(abs(offset) / 60 % 60))"
    return "\(day)T\(time)\(offset < 0 ? "-" : "+")\(zone)"
  }

  private func padded(_ number: Int, _ width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

/// The time of the host, in the zone of the host.
package struct SystemWallClock: WallClock {
  /// The clock of this host.
  package init() {}

  package var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  package func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }

  package func offset(at seconds: Double) -> Int {
    var moment = time_t(seconds)
    var parts = tm()
    localtime_r(&moment, &parts)
    return Int(parts.tm_gmtoff)
  }
}

/// A clock for tests: it stands still, and sleeping moves it on at once.
package final class FixedWallClock: WallClock {
  private let seconds: Mutex<Double>
  private let zone: Int

  /// A clock that shows `seconds` since 1970, `offset` seconds east of UTC.
  package init(_ seconds: Double, offset: Int = 0) {
    self.seconds = Mutex(seconds)
    zone = offset
  }

  package var now: Double { seconds.withLock { $0 } }

  package func sleep(for duration: Duration) async throws {
    try Task.checkCancellation()
    let (whole, rest) = duration.components
    seconds.withLock { $0 += Double(whole) + Double(rest) / 1e18 }
  }

  package func offset(at seconds: Double) -> Int { zone }
}
