package import Model
package import SystemPackage

/// How a child process ended and what it said.
package struct CommandResult: Sendable, Hashable {
  /// The way a child process came to its end.
  package enum Ending: Sendable, Hashable {
    /// By itself, with this status.
    case exited(Int32)
    /// By a signal that was not ours.
    case signaled(Int32)
    /// By us, because it took longer than this.
    case timedOut(Duration)
  }

  /// How many bytes of standard output are kept.
  package static let keptOutput = 4 << 20
  /// How many lines of both streams are kept for errors.
  package static let keptLines = 20

  /// How the child ended.
  package var ending: Ending
  /// The first 4 MiB of standard output as they came (UTF-8 repaired, nothing masked or replaced): for parsing, not for showing.
  package var standardOutput: String
  /// Whether there was more than is kept.
  package var standardOutputTruncated: Bool
  /// The last lines of both streams, as ``OutputLine/text``.
  package var lastLines: [String]
  /// From start to end.
  package var duration: Duration

  /// A result as a fake runner makes it.
  package init(
    ending: Ending, standardOutput: String = "", standardOutputTruncated: Bool = false, lastLines: [String] = [],
    duration: Duration = .zero
  ) {
    self.ending = ending
    self.standardOutput = standardOutput
    self.standardOutputTruncated = standardOutputTruncated
    self.lastLines = lastLines
    self.duration = duration
  }

  /// Whether the child exited with status 0.
  package var succeeded: Bool { ending == .exited(0) }

  /// The error for a child that did not succeed, as ``CommandRunner/succeed(_:failing:hint:logPath:onLine:)`` throws it.
  package func failure(
    of command: Command, status: ExitStatus, hint: String? = nil, logPath: FilePath? = nil
  ) -> FactoryError {
    var details = ["command: \(command.shown.printable)"] + lastLines
    if let logPath { details.append("full log: \(logPath.string.printable)") }
    return FactoryError(
      status, "cannot \(command.purpose): '\(command.tool.printable)' \(ending)", hint: hint, details: details)
  }
}

extension CommandResult.Ending: CustomStringConvertible {
  /// The end in words that follow the tool's name: `exited with status 3`, `was ended by SIGKILL`, `took longer than 15 min`.
  package var description: String {
    switch self {
    case .exited(let status): "exited with status \(status)"
    case .signaled(let number): "was ended by \(SignalName.of(number))"
    case .timedOut(let limit): "took longer than \(limit.timeSpan)"
    }
  }
}
