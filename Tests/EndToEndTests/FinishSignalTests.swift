import FactoryTestSupport
import Foundation
import Model
import SystemPackage
import Testing

/// Ctrl-C and SIGTERM in the middle of each stage of `finish`.
@Suite(
  "finish, stopped", .serialized,
  .needs("sfdisk", "mke2fs", "e2fsck", "resize2fs", "qemu-img", "gpg", "gpgconf", "sha256sum"),
  .enabled(if: Built.has(Built.factory), "image-factory is not built"))
struct FinishSignalTests {
  @Test(
    "a signal in any stage ends it at once and in order: nothing but the log is left, the disk is as it was",
    arguments: [
      ("copy-disk", SIGTERM), ("clean", SIGINT), ("zero", SIGTERM), ("shrink", SIGTERM), ("convert", SIGINT),
      ("checksum", SIGTERM), ("checksum", SIGINT),
    ])
  func stopped(stage: String, signal: Int32) async throws {
    let bench = try await FinishBench()
    let before = try await bench.digest(bench.disk)
    if stage == "checksum" { try await makeKey(bench) }
    // Each stage runs one of them: long enough to be met in it.
    let tools = try await bench.tools(["e2fsck", "resize2fs", "qemu-img", "gpg"], doing: "sleep 0.7")
    let settings = stage == "checksum" ? ["sign-key = build@example.org"] : ["image-size = auto"]
    let child = try bench.start(settings: settings, flags: ["--json"], tools: tools)
    try await reach(stage, child)
    let sent = ContinuousClock.now
    kill(child.pid, signal)
    let result = await child.wait()
    #expect(ContinuousClock.now - sent < .seconds(10))
    #expect(result.status == 128 + signal, "\(result.errors)")
    // An object as everything else.
    let words = Data((result.errors.split(separator: "\n").last ?? "").utf8)
    let said = try JSONSerialization.jsonObject(with: words) as? [String: Any]
    #expect((said?["message"] as? String)?.contains("stopping, cleaning up") == true, "\(result.errors)")
    let last = Data((result.output.split(separator: "\n").last ?? "").utf8)
    let report = try JSONDecoder().decode(BuildReport.self, from: last)
    #expect(report.status.rawValue == 128 + signal && report.leftovers == [] && report.artifacts.isEmpty)
    #expect(report.stages.first { $0.state == .failed }?.name == stage, "\(report.stages)")
    try await bench.expectNothingLeft()
    #expect(try await bench.digest(bench.disk) == before)
    try await endAgent(bench)
  }

  @Test("a signal before the first stage leaves nothing at all, and the next try has the first name")
  func early() async throws {
    let bench = try await FinishBench()
    let child = try bench.start(flags: ["--json"])
    kill(child.pid, SIGTERM)
    let stopped = await child.wait()
    #expect(stopped.status == 143, "\(stopped.errors)")
    try await bench.expectNothingLeft()
    #expect(try await bench.start().wait().status == 0)
  }

  /// Until the stage has begun, and a little longer.
  private func reach(_ stage: String, _ child: Child) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    let mark = "\"stage\":\"\(stage)\""
    while !child.output.contains(mark), child.isRunning, ContinuousClock.now < deadline {
      try await Task.sleep(for: .milliseconds(10))
    }
    try await Task.sleep(for: .milliseconds(200))
    try #require(child.isRunning, "\(child.output) \(child.errors)")
  }

  private func environment(_ bench: FinishBench) -> [String: String] {
    Child.plainEnvironment.merging(["HOME": bench.scratch.path.string]) { $1 }
  }

  private func makeKey(_ bench: FinishBench) async throws {
    try bench.scratch.makeFolder(".gnupg", mode: 0o700)
    let made = try await Child(
      [
        "gpg", "--batch", "--quiet", "--passphrase", "", "--pinentry-mode", "loopback", "--quick-generate-key",
        "build@example.org", "ed25519", "sign",
      ], environment: environment(bench)
    ).wait()
    try #require(made.status == 0, "\(made.errors)")
  }

  private func endAgent(_ bench: FinishBench) async throws {
    guard FileManager.default.fileExists(atPath: bench.scratch.path.appending(".gnupg").string) else { return }
    _ = try await Child(["gpgconf", "--kill", "all"], environment: environment(bench)).wait()
  }
}
