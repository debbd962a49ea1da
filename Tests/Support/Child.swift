package import Foundation
package import SystemPackage

/// A child process of a test, its output in files: a pipe would be inherited by children that other tests start.
package final class Child: @unchecked Sendable {
  private let process = Process()
  private let scratch: Scratch
  package let words: [String]

  /// What a child printed and how it ended.
  package struct Result: Sendable {
    /// The exit status; for a child ended by a signal its number plus 128, as a shell says it.
    package let status: Int32
    package let output: String
    package let errors: String
    /// Wall time.
    package let seconds: Double
  }

  package var pid: Int32 { process.processIdentifier }
  package var isRunning: Bool { process.isRunning }
  /// What it has printed so far.
  package var output: String { text("out") }
  package var errors: String { text("err") }
  private let started = ContinuousClock.now

  /// Starts a tool without input; throws when it cannot be started.
  package init(
    _ words: [String], environment: [String: String] = Child.plainEnvironment, folder: FilePath? = nil
  ) throws {
    self.words = words
    scratch = try Scratch("child")
    process.executableURL = URL(filePath: Tools.path(words[0]) ?? words[0])
    process.arguments = Array(words.dropFirst())
    process.environment = environment
    if let folder { process.currentDirectoryURL = URL(filePath: folder.string) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try handle("out")
    process.standardError = try handle("err")
    // Threads of Swift's pools have signals blocked, and a child inherits that from the thread that starts it.
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try process.run()
  }

  /// A small environment: nothing of who runs the tests shows in them.
  package static let plainEnvironment = [
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/root",
  ]

  /// Waits for the end; a child that is not done after `limit` seconds is killed, which its status shows.
  package func wait(limit: Double = 60) async -> Result {
    let deadline = ContinuousClock.now + .seconds(limit)
    while process.isRunning {
      if ContinuousClock.now > deadline { kill(pid, SIGKILL) }
      try? await Task.sleep(for: .milliseconds(20))
    }
    let signal: Int32 = process.terminationReason == .uncaughtSignal ? 128 : 0
    return Result(
      status: process.terminationStatus + signal, output: output, errors: errors,
      seconds: Double((ContinuousClock.now - started) / .seconds(1)))
  }

  /// Runs a tool to its end.
  @discardableResult
  package static func run(
    _ words: String..., environment: [String: String] = Child.plainEnvironment, limit: Double = 60
  ) async throws -> Result {
    try await Child(words, environment: environment).wait(limit: limit)
  }

  private func handle(_ name: String) throws -> FileHandle {
    try scratch.write("", to: name)
    return try FileHandle(forWritingTo: URL(filePath: scratch.path.appending(name).string))
  }

  private func text(_ name: String) -> String {
    String(decoding: FileManager.default.contents(atPath: scratch.path.appending(name).string) ?? Data(), as: UTF8.self)
  }
}
