import Foundation
import Model
import SystemPackage
import Testing

@testable import PackageDepot

/// What a child process left behind.
struct ToolResult: Sendable {
  let status: Int32
  let output: String
  let errors: String
}

struct ToolFailed: Error, CustomStringConvertible {
  let description: String
}

/// Runs real tools, with a small environment, their output in files.
enum Tools {
  static func path(of tool: String) -> String? {
    if tool.hasPrefix("/") { return FileManager.default.isExecutableFile(atPath: tool) ? tool : nil }
    return ["/usr/bin", "/bin", "/usr/sbin", "/sbin"].map { "\($0)/\(tool)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  static func have(_ tools: String...) -> Bool { tools.allSatisfy { path(of: $0) != nil } }

  @discardableResult
  static func run(_ tool: String, _ arguments: [String], environment: [String: String] = [:]) async throws -> ToolResult
  {
    guard let path = path(of: tool) else { throw ToolFailed(description: "no tool '\(tool)'") }
    return try await withScratch { folder in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: path)
      process.arguments = arguments
      process.environment = ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8", "HOME": folder.string]
        .merging(environment) { $1 }
      let names = ["out", "err"].map { folder.appending($0).string }
      for name in names { try Data().write(to: URL(fileURLWithPath: name)) }
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = FileHandle(forWritingAtPath: names[0])
      process.standardError = FileHandle(forWritingAtPath: names[1])
      let status = try await withCheckedThrowingContinuation { (done: CheckedContinuation<Int32, any Error>) in
        process.terminationHandler = { done.resume(returning: $0.terminationStatus) }
        do { try process.run() } catch { done.resume(throwing: error) }
      }
      let texts = try names.map { String(decoding: try Data(contentsOf: URL(fileURLWithPath: $0)), as: UTF8.self) }
      return ToolResult(status: status, output: texts[0], errors: texts[1])
    }
  }

  /// The runner that the pipeline would pass; bytes are kept as they are.
  static let runner: ToolRunner = { command in
    guard let path = path(of: command.tool) else { throw ToolFailed(description: "no tool '\(command.tool)'") }
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = command.arguments.map(\.value)
    process.environment = ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    let status = try await withCheckedThrowingContinuation { (done: CheckedContinuation<Int32, any Error>) in
      process.terminationHandler = { done.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { done.resume(throwing: error) }
    }
    // Signatures and keyrings fit a pipe's buffer, so they may wait there.
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    guard status == 0 else { throw ToolFailed(description: "'\(command.shown)' ended with \(status)") }
    return Array(bytes)
  }
}

/// A folder that exists for `body` only.
func withScratch<Result: Sendable>(_ body: (FilePath) async throws -> Result) async throws -> Result {
  let folder = FilePath("/tmp/depot-test-\(UUID().uuidString.prefix(13))")
  try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: false)
  defer { try? FileManager.default.removeItem(atPath: folder.string) }
  return try await body(folder)
}

/// A depot for `mirrors` that lives for `body` only.
func withDepot<Result: Sendable>(
  _ mirrors: [TestMirror], peers: any PeerCheck = AnyPeer(), _ adjust: (inout DepotSettings) -> Void = { _ in },
  _ body: (Depot) async throws -> Result
) async throws -> Result {
  var settings = DepotSettings(allowedHosts: Set(mirrors.map(\.host)))
  settings.retryPause = .milliseconds(20)
  adjust(&settings)
  let depot = try await Depot.start(settings, peerCheck: peers)
  do {
    let result = try await body(depot)
    await depot.close()
    for mirror in mirrors { await mirror.close() }
    return result
  } catch {
    await depot.close()
    for mirror in mirrors { await mirror.close() }
    throw error
  }
}

extension Depot {
  /// The proxy as a client on this host reaches it.
  var localURL: String { proxyURL.replacingOccurrences(of: "10.0.2.2", with: "127.0.0.1") }

  /// The statistics once `enough` is true of them, or after some seconds as they are: a guest has its answer a moment
  /// before the depot has counted it.
  func statistics(when enough: (DepotStatistics) -> Bool) async throws -> DepotStatistics {
    for _ in 0..<200 where !enough(statistics()) { try await Task.sleep(for: .milliseconds(20)) }
    return statistics()
  }

  /// curl through this depot, quiet but for errors.
  func curl(_ arguments: String...) async throws -> ToolResult {
    try await Tools.run("curl", ["-q", "-sS", "--max-time", "30", "--proxy", localURL] + arguments)
  }
}
