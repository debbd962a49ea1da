import Foundation
import Glibc
import SystemPackage

/// The logs that a log daemon writes for guests right now.
struct GuestLogs {
  private let socket: FilePath

  /// Of the daemon that listens at this socket.
  init(of socket: FilePath) { self.socket = socket }

  /// Whether there are any, looked at until there are none for a second at most: the daemon closes a log a moment after its guest's end.
  ///
  /// False as well when nobody listens, or we may not look.
  func areWritten() async -> Bool {
    for _ in 0..<10 {
      guard isAnyOpen() else { return false }
      await Task.detached { try? await Task.sleep(for: .milliseconds(100)) }.value
    }
    return isAnyOpen()
  }

  /// The daemon holds a log open from the guest's start to its end, and no other regular file but its own log and its PID file.
  private func isAnyOpen() -> Bool {
    guard let daemon = UnixSocket.listener(at: socket) else { return false }
    let folder = "/proc/\(daemon)/fd"
    let numbers = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return numbers.contains { number in
      var status = stat()
      guard let descriptor = Int(number), descriptor > 2, stat("\(folder)/\(number)", &status) == 0,
        status.st_mode & S_IFMT == S_IFREG,
        let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(number)")
      else { return false }
      return !target.hasSuffix(".pid")
    }
  }
}
