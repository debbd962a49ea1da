import Foundation

/// The processes of this machine, from `/proc`.
package enum ProcessTable {
  /// One process.
  package struct Entry: Sendable {
    package let pid: Int32
    package let user: UInt32
    /// The words, separated by blanks; empty for the kernel's own and for zombies.
    package let commandLine: String
  }

  /// All of them, as they are now.
  package static func all() -> [Entry] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { name in
      guard let pid = Int32(name) else { return nil }
      var information = stat()
      guard stat("/proc/\(pid)", &information) == 0, let words = bytes("/proc/\(pid)/cmdline") else { return nil }
      let text = String(decoding: words.map { $0 == 0 ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
      return Entry(pid: pid, user: information.st_uid, commandLine: text)
    }
  }

  /// The most memory a process has used so far, in bytes; nil when it is gone.
  package static func peakMemory(of pid: Int32) -> Int64? {
    guard let status = bytes("/proc/\(pid)/status") else { return nil }
    for line in String(decoding: status, as: UTF8.self).split(separator: "\n") where line.hasPrefix("VmHWM:") {
      return line.split(separator: " ").dropFirst().first.flatMap { Int64($0) }.map { $0 * 1024 }
    }
    return nil
  }

  /// Files in `/proc` say that they are empty: they are read to their end.
  private static func bytes(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16384)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return count < 0 && result.isEmpty ? nil : result }
      result += buffer.prefix(count)
    }
  }
}
