import Foundation
import Glibc
import HostSystem
import Model
import Synchronization
import SystemPackage
import Testing

@testable import Pipeline

// Foundation and Testing have types of these names too.
typealias Host = Pipeline.Host
typealias ExitStatus = Model.ExitStatus
typealias SourceLocation = Model.SourceLocation

/// A host with the real ports and folders of its own, for one test.
struct TestHost: Sendable {
  /// Everything the test writes is in here.
  let folder: FilePath
  var host: Host
  let events = Collected<BuildEvent>()

  /// Runs `body` with a host and takes everything away again; `runner` nil: real commands.
  static func run<Result>(
    runner: (any CommandRunner)? = nil, environment: [String: String] = [:],
    _ body: (TestHost) async throws -> Result
  ) async throws -> Result {
    let scratch = try ScratchFolder(under: base, prefix: "pipeline")
    chmod(scratch.path.string, 0o755)
    let runner = runner ?? SubprocessRunner(environment: ChildEnvironment.current())
    let pool = DownloadsPool(runner: runner)
    let facts = HostFacts(
      userNumber: 1000, userName: "tester", home: scratch.path.appending("home"), cores: 2, memory: .gibibytes(4),
      bootID: "boot-1", isDebian: false, environment: environment)
    // 2026-02-03 04:05:06 UTC.
    var host = Host(
      facts: facts, runner: runner, clock: FixedWallClock(1_770_091_506), downloader: { pool.downloads(in: $0) },
      stateFolder: scratch.path.appending("state"), runtimeFolder: scratch.path.appending("run"), reaper: [])
    host.systemRunFolder = scratch.path.appending("run")
    let result: Swift.Result<Result, any Error>
    do {
      result = .success(try await body(TestHost(folder: scratch.path, host: host)))
    } catch {
      result = .failure(error)
    }
    await pool.close()
    try scratch.close()
    return try result.get()
  }

  /// Memory where there is enough of it: files are synchronised one by one, and the disk is everybody's.
  private static let base: FilePath = {
    guard access("/dev/shm", W_OK) == 0, let free = try? FreeSpace.at("/dev/shm"), free > .gibibytes(2) else {
      return FilePath(ChildEnvironment.current()["TMPDIR"] ?? "/tmp")
    }
    return "/dev/shm"
  }()

  /// What a stage is given; its events are in `events`.
  func context(_ cleanUp: CleanUpStack = CleanUpStack(), stage: String = "test") -> StageContext {
    StageContext(
      host: host, cleanUp: cleanUp,
      events: StageEvents(stage: stage, started: .now, observer: { [events] in events.add($0) }))
  }

  /// Runs given stages of a plan whose folders are made first.
  func build(_ plan: BuildPlan, _ stages: [any Stage], stopStatus: ExitStatus = .interrupted) async throws
    -> BuildReport
  {
    try Folder.create(plan.workFolder)
    return await BuildRun(
      plan, host: host, stages: stages, stopStatus: { stopStatus }, observer: { [events] in events.add($0) }
    ).run()
  }

  @discardableResult
  func write(_ name: String, _ text: String, mode: UInt32 = 0o644) throws -> FilePath {
    let path = folder.pushing(FilePath(name))
    try Folder.create(path.removingLastComponent())
    try AtomicFile.write(text, to: path, mode: mode)
    return path
  }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> FilePath {
    let path = folder.pushing(FilePath(name))
    try Folder.create(path.removingLastComponent())
    try AtomicFile.write(bytes, to: path)
    return path
  }

  func text(_ path: FilePath) throws -> String { String(decoding: try AtomicFile.read(path), as: UTF8.self) }

  /// The names in a folder, sorted; none when there is no folder.
  func names(_ folder: FilePath) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []).sorted()
  }

  /// Runs a tool; it has to succeed.
  @discardableResult
  func tool(_ words: String..., in folder: FilePath? = nil) async throws -> CommandResult {
    try await SubprocessRunner().succeed(
      Command(words[0], Array(words.dropFirst()), folder: folder, timeLimit: .seconds(60), purpose: "prepare a test"),
      failing: .unexpected)
  }
}

extension FilePath {
  /// Whether there is anything, a dangling link too.
  var exists: Bool {
    var status = Glibc.stat()
    return Glibc.lstat(string, &status) == 0
  }

  /// The permission bits.
  var mode: UInt32? {
    var status = Glibc.stat()
    return Glibc.lstat(string, &status) == 0 ? status.st_mode & 0o7777 : nil
  }
}

/// Skips a test on a host without the tools, unless `REQUIRE_TOOLS=1`: then the test runs and fails.
func needs(_ tools: String...) -> ConditionTrait {
  let isStrict = ChildEnvironment.current()["REQUIRE_TOOLS"] == "1"
  let missing = tools.filter { ChildEnvironment.locate($0) == nil }
  return .enabled(if: isStrict || missing.isEmpty, "needs \(missing.joined(separator: ", "))")
}

/// The error that `body` throws; nil and a failed expectation when it throws none.
func factoryError(
  _ location: Testing.SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async -> FactoryError? {
  do {
    try await body()
    Issue.record("no error was thrown", sourceLocation: location)
  } catch let error as FactoryError {
    return error
  } catch {
    Issue.record("not a FactoryError: \(error)", sourceLocation: location)
  }
  return nil
}

/// Collects values from other tasks.
final class Collected<Value: Sendable>: Sendable {
  private let values = Mutex<[Value]>([])
  var all: [Value] { values.withLock { $0 } }
  func add(_ value: Value) { values.withLock { $0.append(value) } }
}
