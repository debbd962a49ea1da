package import Model
import Subprocess
package import SystemPackage

/// Runs commands with swift-subprocess: no shell, a session of their own, standard input from /dev/null.
///
/// On time-out and on cancellation the whole process group gets SIGTERM and, after the grace, SIGKILL; a grandchild that made
/// itself another session is out of reach (libvirt's QEMU does: its domain is destroyed through libvirt).
package struct SubprocessRunner: CommandRunner {
  private let ours: [String: String]
  private let grace: Duration

  /// A runner whose children get the environment built from `environment`.
  package init(environment: [String: String] = ChildEnvironment.current(), grace: Duration = .seconds(5)) {
    ours = environment
    self.grace = grace
  }

  package func locate(_ tool: String) -> FilePath? { ChildEnvironment.locate(tool, in: ours) }

  package func run(_ command: Command, onLine: (@Sendable (OutputLine) -> Void)?) async throws -> CommandResult {
    try Task.checkCancellation()
    guard let path = locate(command.tool) else { throw ToolCatalogue.missing(command) }
    let stop = StopRequest()
    // The child is supervised by a task that is never cancelled itself: cancellation is one more reason to end the child in
    // good order, and nothing returns before the child is gone.
    let supervisor = Task { try await supervise(command, at: path, stop: stop, onLine: onLine) }
    return try await withTaskCancellationHandler {
      try await supervisor.value
    } onCancel: {
      stop.request(.cancelled)
    }
  }

  private func supervise(
    _ command: Command, at path: FilePath, stop: StopRequest, onLine: (@Sendable (OutputLine) -> Void)?
  ) async throws -> CommandResult {
    let collector = OutputCollector(mask: SecretMask(command), onLine: onLine)
    var options = PlatformOptions()
    options.createSession = true
    let started = ContinuousClock.now
    let status: TerminationStatus
    do {
      status = try await Subprocess.run(
        .path(path), arguments: Arguments(command.arguments.map(\.value)),
        environment: ChildEnvironment.forSubprocess(from: ours, adding: command.environment),
        workingDirectory: command.folder, platformOptions: options, input: .none, output: .sequence, error: .sequence
      ) { execution in
        await ChildWatch.untilEnded(execution, limit: command.timeLimit, stop: stop, grace: grace) {
          async let errors: Void = Self.drain(execution.standardError, .error, into: collector)
          await Self.drain(execution.standardOutput, .output, into: collector)
          await errors
        }
      }.terminationStatus
    } catch let error as SubprocessError {
      throw Self.cannotStart(command, error)
    }
    let duration = ContinuousClock.now - started
    switch stop.reason {
    case .cancelled: throw CancellationError()
    case .timeLimit: return await collector.result(ending: .timedOut(command.timeLimit ?? duration), duration: duration)
    case nil: break
    }
    return await collector.result(ending: .init(status), duration: duration)
  }

  private static func drain(
    _ sequence: SubprocessOutputSequence, _ stream: OutputLine.Stream, into collector: OutputCollector
  ) async {
    do {
      for try await buffer in sequence {
        await collector.take(buffer.withUnsafeBytes { Array($0) }, from: stream)
      }
    } catch {
      // A pipe that cannot be read is as good as ended; how the child ends says the rest.
    }
    await collector.finish(stream)
  }

  /// The error for a child that did not come into being.
  static func cannotStart(_ command: Command, _ error: SubprocessError) -> FactoryError {
    let reason: String
    if error.code == .failedToChangeWorkingDirectory {
      reason = "cannot enter the folder '\((command.folder?.string ?? "").printable)'"
    } else {
      reason = "cannot start '\(command.tool.printable)': \(error.underlyingError.map { "\($0)" } ?? "unknown reason")"
    }
    return FactoryError(
      .hostNotReady, "cannot \(command.purpose): \(reason)", details: ["command: \(command.shown.printable)"])
  }
}

extension ChildEnvironment {
  /// The environment in the form that takes any name: the other one knows only names that are valid identifiers.
  static func forSubprocess(
    from ours: [String: String] = current(), adding added: [String: String]
  ) -> Subprocess.Environment {
    .custom(build(from: ours, adding: added).map { Array("\($0.key)=\($0.value)".utf8) + [0] })
  }
}

extension CommandResult.Ending {
  init(_ status: TerminationStatus) {
    switch status {
    case .exited(let code): self = .exited(code)
    case .signaled(let number): self = .signaled(number)
    }
  }
}
