import Glibc
import SystemPackage

/// One process, told from a later one that was given its number: what may be kept in a file and used by another program.
package struct ProcessMark: Sendable, Hashable, Codable {
  /// The number of the process.
  package let number: Int32
  /// When it started, in clock ticks since the boot (proc(5), field 22 of `stat`).
  private let startTicks: UInt64

  /// The process that has this number now; nil when there is none, or it has ended and is only not waited for yet.
  package init?(of number: Int32) {
    guard let ticks = ProcessMark.startTicks(of: number) else { return nil }
    self.number = number
    startTicks = ticks
  }

  /// Whether it has not ended yet.
  package var isRunning: Bool { ProcessMark.startTicks(of: number) == startTicks }

  /// SIGTERM to the group that it leads, the grace, then SIGKILL to the group; returns when it is gone, even in a cancelled task.
  ///
  /// Nothing is sent once the number is another process's.
  package func endGroup(grace: Duration = .seconds(5)) async {
    guard isRunning else { return }
    kill(-number, SIGTERM)
    if await hasEnded(within: grace) { return }
    kill(-number, SIGKILL)
    _ = await hasEnded(within: grace)
  }

  private func hasEnded(within limit: Duration) async -> Bool {
    let deadline = ContinuousClock.now + limit
    while isRunning {
      guard ContinuousClock.now < deadline else { return false }
      // Not the caller's task: a cancelled one would not sleep.
      await Task.detached { try? await Task.sleep(for: .milliseconds(10)) }.value
    }
    return true
  }

  private static func startTicks(of number: Int32) -> UInt64? {
    guard number > 0, let bytes = try? AtomicFile.read(FilePath("/proc/\(number)/stat"), limit: 1 << 12),
      // The command's name stands in parentheses and may hold any character.
      let nameEnd = bytes.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    let fields = bytes[(nameEnd + 1)...].split(separator: UInt8(ascii: " "))
    // Field 3, the state: a zombie and a dead process have ended.
    guard fields.count > 19, !["Z", "X", "x"].contains(String(decoding: fields[0], as: UTF8.self)) else { return nil }
    return UInt64(String(decoding: fields[19], as: UTF8.self))
  }
}
