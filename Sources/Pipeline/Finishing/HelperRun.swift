import Glibc
import HostSystem
import Model
import PrivilegedOperations
import SystemPackage

/// One call of the sudo helper: an empty file for its output, the call, and reading what it wrote.
struct HelperRun: Sendable {
  let plan: BuildPlan
  let context: StageContext

  /// Looks into a file system and reads what was handed out; throws ``FactoryError``.
  func inspect<Value: Sendable>(
    _ volume: GuestVolume, isPart: Bool = false, read: [String], purpose: String,
    _ body: @escaping @Sendable (HelperOutput) throws -> Value
  ) async throws -> Value {
    try await run(purpose, body) { .inspect(volume, InspectionWork(output: $0, isPart: isPart, read: read)) }
  }

  /// Cleans a file system and reads what was handed out; throws ``FactoryError``.
  func clean<Value: Sendable>(
    _ volume: GuestVolume, _ work: CleaningWork, purpose: String,
    _ body: @escaping @Sendable (HelperOutput) throws -> Value
  ) async throws -> Value {
    try await run(purpose, body) { output in
      var work = work
      work.output = output
      return .clean(volume, work)
    }
  }

  /// The path of the file itself (realpath(3)): the helper takes no link on the way.
  static func withoutLinks(_ path: FilePath) -> FilePath {
    guard let resolved = realpath(path.string, nil) else { return path }
    defer { free(resolved) }
    return FilePath(String(cString: resolved))
  }

  private func run<Value: Sendable>(
    _ purpose: String, _ body: @escaping @Sendable (HelperOutput) throws -> Value,
    _ operation: (String) -> PrivilegedOperation
  ) async throws -> Value {
    let output = HelperRun.withoutLinks(plan.workFolder).appending("sudo-helper-output")
    defer { try? Folder.remove(output) }
    try AtomicFile.write([UInt8](), to: output, mode: 0o600)
    let asked = operation(output.string)
    // The helper refuses what its rules do not allow; a person is told which of his patterns that is.
    do {
      _ = try PrivilegedRequest(words: PrivilegedRequest(asked).words)
    } catch let refusal as Refusal {
      throw FactoryError(
        .processingFailed, "cannot \(purpose): \(refusal.description)",
        hint: "the sudo helper takes plain ASCII paths: letters, digits, blanks and . _ + , : @ = % ~ -")
    }
    let command = try SudoHelper(host: context.host).command(asked, purpose: purpose)
    let events = context.events
    try await context.host.runner.succeed(command, failing: .processingFailed, onLine: { events.line($0.text) })
    return try await offPool { try body(HelperOutput(output)) }
  }
}
