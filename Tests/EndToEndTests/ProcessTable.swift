import Foundation
import Synchronization

/// The processes of this machine, from `/proc`.
enum ProcessTable {
  struct Entry: Sendable {
    let pid: Int32
    let user: UInt32
    /// The words, separated by blanks; empty for the kernel's own and for zombies.
    let commandLine: String
  }

  static func all() -> [Entry] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { name in
      guard let pid = Int32(name) else { return nil }
      var information = stat()
      guard stat("/proc/\(pid)", &information) == 0, let words = bytes("/proc/\(pid)/cmdline") else { return nil }
      let text = String(decoding: words.map { $0 == 0 ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
      return Entry(pid: pid, user: information.st_uid, commandLine: text)
    }
  }

  /// Those whose command line has the text, our own left out.
  static func matching(_ text: String) -> [Entry] {
    all().filter { $0.pid != getpid() && $0.commandLine.contains(text) }
  }

  /// The most memory a process has used so far, in bytes; nil when it is gone.
  static func peakMemory(of pid: Int32) -> Int64? {
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

/// Looks at the process table several times a second while a build runs.
final class ProcessWatch: Sendable {
  struct Seen: Sendable {
    /// When the first guest of the build was there; nil: there was none.
    var guestAfter: Double?
    /// Of the program itself, in bytes.
    var peakMemory: Int64 = 0
    /// Command lines in which a secret stood.
    var leaks: Set<String> = []
    var looks = 0
  }

  private let seen = Mutex(Seen())
  private let isDone = Atomic(false)

  /// Starts looking: at guests whose name begins with `image-factory-IMAGE`, at the program, at everybody's words.
  init(program: Int32, image: String, secret: String) {
    let started = ContinuousClock.now
    let thread = Thread { [self] in
      while !isDone.load(ordering: .relaxed) {
        look(
          program, "guest=image-factory-\(image)", secret, after: Double((ContinuousClock.now - started) / .seconds(1)))
        usleep(100_000)
      }
    }
    thread.start()
  }

  func stop() -> Seen {
    isDone.store(true, ordering: .relaxed)
    return seen.withLock { $0 }
  }

  private func look(_ program: Int32, _ guest: String, _ secret: String, after seconds: Double) {
    let processes = ProcessTable.all()
    let memory = ProcessTable.peakMemory(of: program) ?? 0
    seen.withLock { seen in
      seen.looks += 1
      seen.peakMemory = max(seen.peakMemory, memory)
      for process in processes {
        if process.commandLine.contains(secret) { seen.leaks.insert(process.commandLine) }
        if seen.guestAfter == nil, process.commandLine.contains(guest) { seen.guestAfter = seconds }
      }
    }
  }
}
