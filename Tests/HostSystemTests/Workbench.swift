import FoundationEssentials
import Glibc
import HostSystem
import Model
import Synchronization
import SystemPackage
import Testing

/// A folder for one test, gone after it.
func inScratch<Result>(_ body: (FilePath) async throws -> Result) async throws -> Result {
  let scratch = try ScratchFolder(under: FilePath(NSTemporaryDirectory()), prefix: "host-system-tests")
  do {
    let result = try await body(scratch.path)
    try scratch.close()
    return result
  } catch {
    try scratch.close()
    throw error
  }
}

private func NSTemporaryDirectory() -> String { ChildEnvironment.current()["TMPDIR"] ?? "/tmp" }

/// Skips a test on a host without the tools, unless `REQUIRE_TOOLS=1`: then the test runs and fails.
func needs(_ tools: String...) -> ConditionTrait {
  let isStrict = ChildEnvironment.current()["REQUIRE_TOOLS"] == "1"
  let missing = tools.filter { ChildEnvironment.locate($0) == nil }
  return .enabled(if: isStrict || missing.isEmpty, "needs \(missing.joined(separator: ", "))")
}

/// A child that runs a script; only tests run shells.
func script(_ text: String, _ arguments: Command.Argument..., timeLimit: Duration? = nil) -> Command {
  Command(
    "sh", arguments: ["-c", .plain(text), "script"] + arguments, timeLimit: timeLimit, purpose: "run a script")
}

/// The error that `body` throws; nil and a failed expectation when it throws none.
func factoryError(_ body: () async throws -> Void) async -> FactoryError? {
  do {
    try await body()
    Issue.record("no error was thrown")
  } catch let error as FactoryError {
    return error
  } catch {
    Issue.record("not a FactoryError: \(error)")
  }
  return nil
}

extension FactoryError {
  /// Everything a person or a log would see.
  var everything: String { ([message, hint ?? ""] + details).joined(separator: "\n") }
}

/// Collects values from other tasks.
final class Collected<Value: Sendable>: Sendable {
  private let values = Mutex<[Value]>([])
  var all: [Value] { values.withLock { $0 } }
  func add(_ value: Value) { values.withLock { $0.append(value) } }
}

/// Whether a process is there and no zombie.
func isAlive(_ process: Int32) -> Bool {
  guard let bytes = try? AtomicFile.read(FilePath("/proc/\(process)/stat"), limit: 4096) else { return false }
  let afterName = String(decoding: bytes, as: UTF8.self).split(separator: ")").last ?? ""
  return !afterName.trimmingPrefix(" ").hasPrefix("Z")
}

/// Waits for something that another process does.
func eventually(within limit: Duration = .seconds(120), _ isTrue: () throws -> Bool) async throws -> Bool {
  let end = ContinuousClock.now + limit
  while ContinuousClock.now < end {
    if try isTrue() { return true }
    try await Task.sleep(for: .milliseconds(10))
  }
  return try isTrue()
}

func text(_ path: FilePath) throws -> String { String(decoding: try AtomicFile.read(path), as: UTF8.self) }

func names(in folder: FilePath) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder.string).sorted()
}
