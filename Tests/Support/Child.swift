import Foundation
import Synchronization
package import SystemPackage
import Testing

/// A child process of a test, in a process group of its own, its output in files.
///
/// Foundation's `Process` takes a child for running as long as a daemon that the child left behind is.
package final class Child: Sendable {
  package let pid: Int32
  private let scratch: Scratch
  private let started = ContinuousClock.now
  private let ending = Mutex<Int32?>(nil)

  /// What a child printed and how it ended.
  package struct Result: Sendable {
    /// The exit status; for a child ended by a signal its number plus 128, as a shell says it.
    package let status: Int32
    package let output: String
    package let errors: String
    /// Wall time.
    package let seconds: Double
  }

  /// A small environment: nothing of who runs the tests shows in it.
  package static let plainEnvironment = [
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/root",
  ]

  /// Starts a tool without input; throws when it cannot be started.
  package init(
    _ words: [String], environment: [String: String] = Child.plainEnvironment, folder: FilePath? = nil
  ) throws {
    scratch = try Scratch("child")
    // `env` becomes the tool: it changes the folder, which posix_spawn cannot do by itself.
    let inFolder = folder.map { ["env", "-C", $0.string, "--"] + words } ?? words
    pid = try Child.spawn(inFolder, environment, output: scratch.path)
  }

  /// Whether it has not ended yet.
  package var isRunning: Bool { status == nil }

  /// What it has printed so far.
  package var output: String { text("out") }
  package var errors: String { text("err") }

  /// Waits for the end; a child that is not done after `limit` seconds is killed, which its status shows.
  package func wait(limit: Double = 60) async -> Result {
    let deadline = ContinuousClock.now + .seconds(limit)
    while true {
      if let status {
        return Result(
          status: status, output: output, errors: errors, seconds: Double((ContinuousClock.now - started) / .seconds(1))
        )
      }
      if ContinuousClock.now > deadline { kill(-pid, SIGKILL) }
      try? await Task.sleep(for: .milliseconds(20))
    }
  }

  /// Runs a tool to its end.
  @discardableResult
  package static func run(
    _ words: String..., environment: [String: String] = Child.plainEnvironment, limit: Double = 60
  ) async throws -> Result {
    try await Child(words, environment: environment).wait(limit: limit)
  }

  private var status: Int32? {
    ending.withLock { ending in
      if let ending { return ending }
      var status: Int32 = 0
      guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
      let signal = status & 0x7F
      ending = signal == 0 ? (status >> 8) & 0xFF : signal + 128
      return ending
    }
  }

  private func text(_ name: String) -> String {
    String(decoding: FileManager.default.contents(atPath: scratch.path.appending(name).string) ?? Data(), as: UTF8.self)
  }

  private static func spawn(
    _ words: [String], _ environment: [String: String], output: FilePath
  ) throws -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    for (number, name) in [(Int32(1), "out"), (2, "err")] {
      posix_spawn_file_actions_addopen(&actions, number, output.appending(name).string, O_WRONLY | O_CREAT, 0o644)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Threads of Swift's pools have signals blocked, and a child would inherit that.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
    var pid: Int32 = 0
    let path = try #require(
      Tools.path(words[0]) ?? (words[0].hasPrefix("/") ? words[0] : nil), "\(words[0]) is not there")
    let status = withPointers(words) { arguments in
      withPointers(environment.map { "\($0.key)=\($0.value)" }) {
        posix_spawn(&pid, path, &actions, &attributes, arguments, $0)
      }
    }
    try #require(status == 0, "cannot start \(path): \(String(cString: strerror(status)))")
    return pid
  }

  private static func withPointers<Value>(
    _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Value
  ) -> Value {
    var pointers = texts.map { strdup($0) } + [nil]
    defer { pointers.forEach { free($0) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
      // An array of at least the closing nil has a base address.
      body(buffer.baseAddress.unsafelyUnwrapped)
    }
  }
}
