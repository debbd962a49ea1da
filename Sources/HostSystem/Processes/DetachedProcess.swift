import Glibc
package import Model
import Subprocess
import Synchronization
package import SystemPackage

/// A daemon we start and that may outlive us: a session of its own, standard input from /dev/null, output appended to a log.
///
/// A task of this process follows it; when this process ends, the daemon goes on.
package final class DetachedProcess: Sendable {
  /// The number of the process and of its group.
  package let processNumber: Int32
  /// Receives both output streams.
  package let log: FilePath
  private let stop: StopRequest
  private let follower: Task<CommandResult.Ending, any Error>
  private let known: Known

  /// How the process ended, once it is known.
  private final class Known: Sendable {
    let ending = Mutex<CommandResult.Ending?>(nil)
  }

  private init(
    _ process: Int32, log: FilePath, stop: StopRequest, follower: Task<CommandResult.Ending, any Error>, known: Known
  ) {
    processNumber = process
    self.log = log
    self.stop = stop
    self.follower = follower
    self.known = known
  }

  /// Starts `command` (its time limit has no meaning here); the log is made for the owner only (0600).
  ///
  /// `grace` is the time between SIGTERM and SIGKILL in ``terminate()``. Throws ``Model/FactoryError``.
  package static func start(
    _ command: Command, log: FilePath, grace: Duration = .seconds(5)
  ) async throws -> DetachedProcess {
    guard let path = ChildEnvironment.locate(command.tool) else { throw ToolCatalogue.missing(command) }
    let file = try OpenFile(log, O_WRONLY | O_CREAT | O_APPEND, mode: 0o600)
    let (numbers, started) = AsyncStream<Int32>.makeStream()
    let stop = StopRequest()
    let known = Known()
    let follower = Task {
      defer { started.finish() }
      let ending = try await follow(command, path, file, stop: stop, grace: grace) { started.yield($0) }
      known.ending.withLock { $0 = ending }
      return ending
    }
    for await number in numbers {
      return DetachedProcess(number, log: log, stop: stop, follower: follower, known: known)
    }
    // Cancelled before the number came: without the request this would wait for the daemon's own end.
    if Task.isCancelled { stop.request(.cancelled) }
    _ = try await follower.value
    throw FactoryError(.hostNotReady, "cannot \(command.purpose): '\(command.tool.printable)' did not start")
  }

  /// Whether it has not ended yet.
  package var isRunning: Bool { ending == nil }

  /// How it ended; nil while it runs.
  package var ending: CommandResult.Ending? { known.ending.withLock { $0 } }

  /// Waits until it has ended, at most `timeout`; nil when it still runs, or when the task is cancelled.
  package func wait(_ timeout: Duration) async -> CommandResult.Ending? {
    let deadline = ContinuousClock.now + timeout
    while true {
      if let ending { return ending }
      guard ContinuousClock.now < deadline, !Task.isCancelled else { return nil }
      try? await Task.sleep(for: .milliseconds(10))
    }
  }

  /// SIGTERM to its group, the grace, then SIGKILL to the group; returns when it is gone, even in a cancelled task.
  @discardableResult
  package func terminate() async -> CommandResult.Ending? {
    stop.request(.cancelled)
    return try? await follower.value
  }

  /// The last lines of the log, printable, for an error.
  package func lastLines(_ count: Int = CommandResult.keptLines) -> [String] {
    guard let bytes = try? AtomicFile.read(log) else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).suffix(count).map(\.printable)
  }

  private static func follow(
    _ command: Command, _ path: FilePath, _ log: OpenFile, stop: StopRequest, grace: Duration,
    started: @escaping @Sendable (Int32) -> Void
  ) async throws -> CommandResult.Ending {
    var options = PlatformOptions()
    options.createSession = true
    do {
      let status = try await Subprocess.run(
        .path(path), arguments: Arguments(command.arguments.map(\.value)),
        environment: ChildEnvironment.forSubprocess(adding: command.environment), workingDirectory: command.folder,
        platformOptions: options, input: .none,
        output: .fileDescriptor(log.descriptor, closeAfterSpawningProcess: false),
        error: .fileDescriptor(log.descriptor, closeAfterSpawningProcess: false)
      ) { execution in
        started(execution.processIdentifier.value)
        await ChildWatch.untilEnded(execution, limit: nil, stop: stop, grace: grace) {}
      }.terminationStatus
      return CommandResult.Ending(status)
    } catch let error as SubprocessError {
      throw SubprocessRunner.cannotStart(command, error)
    }
  }
}
