package import Model
package import SystemPackage

/// One line that a child process wrote.
package struct OutputLine: Sendable, Hashable {
  /// Which of the child's two streams it came from.
  package enum Stream: Sendable, Hashable {
    case output
    case error
  }

  /// The stream; the order of lines is kept within a stream, not between the two.
  package let stream: Stream
  /// The line without its end: printable, invalid UTF-8 repaired, secrets masked, cut when longer than 16 KiB.
  package let text: String

  /// A line as a fake runner makes it.
  package init(_ stream: Stream, _ text: String) {
    self.stream = stream
    self.text = text
  }
}

/// The port through which everything outside this process is run.
package protocol CommandRunner: Sendable {
  /// Runs `command` to its end; `onLine` gets each line as it arrives, never two at once.
  ///
  /// A failing child is a result, not an error. Throws ``Model/FactoryError`` when the tool is missing or cannot be started
  /// and `CancellationError` when the task was cancelled (the child and its process group are gone by then).
  func run(_ command: Command, onLine: (@Sendable (OutputLine) -> Void)?) async throws -> CommandResult

  /// The file that runs when `tool` is named in a command; nil when there is none.
  func locate(_ tool: String) -> FilePath?
}

extension CommandRunner {
  /// Runs `command` without watching its lines.
  package func run(_ command: Command) async throws -> CommandResult {
    try await run(command, onLine: nil)
  }

  /// Runs `command` and throws unless it exits with status 0.
  ///
  /// The error says what we wanted and how the child ended; its details are the command line ready to paste, the last lines of
  /// output and the path of the full log.
  @discardableResult
  package func succeed(
    _ command: Command, failing status: ExitStatus, hint: String? = nil, logPath: FilePath? = nil,
    onLine: (@Sendable (OutputLine) -> Void)? = nil
  ) async throws -> CommandResult {
    let result = try await run(command, onLine: onLine)
    guard result.succeeded else {
      throw result.failure(of: command, status: status, hint: hint, logPath: logPath)
    }
    return result
  }
}
