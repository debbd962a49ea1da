import Foundation
import SystemPackage
import Testing

/// The path of a tool, looked for where root's tools are as well; nil when it is not installed.
func toolPath(_ name: String) -> String? {
  ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"].map { "\($0)/\(name)" }
    .first { access($0, X_OK) == 0 }
}

/// The machine the tests run on.
enum TestMachine {
  /// Whether more wants to run than there are cores, so that no time means anything.
  static var isBusy: Bool {
    var load = [0.0]
    return getloadavg(&load, 1) == 1 && load[0] > Double(ProcessInfo.processInfo.activeProcessorCount)
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips, naming what is missing; with `REQUIRE_TOOLS=1` the test runs all the same and fails.
  static func needs(_ tools: String...) -> Self {
    let missing = tools.filter { toolPath($0) == nil }
    let isRequired = ProcessInfo.processInfo.environment["REQUIRE_TOOLS"] == "1"
    return .enabled(if: missing.isEmpty || isRequired, "not installed: \(missing.joined(separator: ", "))")
  }
}

/// A folder that is gone when the value is.
final class Scratch: Sendable {
  let path: FilePath

  init() throws {
    // Short: QEMU's monitor is a socket deep in this folder, and the path of a socket has 107 bytes.
    path = FilePath("/tmp/hyp-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path.string) }

  @discardableResult
  func makeFolder(_ name: String) throws -> FilePath {
    let folder = path.appending(name)
    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    return folder
  }

  static func write(_ bytes: [UInt8], to file: FilePath) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: file.string))
  }

  static func append(_ text: String, to file: FilePath) throws {
    let handle = try #require(FileHandle(forWritingAtPath: file.string))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(text.utf8))
    try handle.close()
  }
}

/// Runs a child process without input, killed after `timeLimit` seconds; gives what it printed and its exit status (nil: killed).
func run(
  _ tool: String, _ arguments: [String], environment: [String: String] = [:], timeLimit: Double = 60
) async throws -> (output: String, status: Int32?) {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: try #require(toolPath("timeout"), "timeout is not installed"))
  process.arguments = ["-s", "KILL", "\(timeLimit)", tool] + arguments
  process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"].merging(environment) { $1 }
  // A file, not a pipe: another test's child, started at this moment, would inherit the pipe and keep it open.
  let output = FilePath("/tmp/hyp-\(UUID().uuidString)")
  defer { unlink(output.string) }
  let descriptor = open(output.string, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
  let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  process.standardInput = FileHandle.nullDevice
  process.standardOutput = handle
  process.standardError = handle
  await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
    process.terminationHandler = { _ in continuation.resume() }
    do { try process.run() } catch { continuation.resume() }
  }
  // `timeout` ends itself with the signal it sent.
  let isKilled = process.terminationReason != .exit || process.terminationStatus == 137
  let data = try Data(contentsOf: URL(fileURLWithPath: output.string))
  return (String(decoding: data, as: UTF8.self), isKilled ? nil : process.terminationStatus)
}
