import FactoryTestSupport
import Foundation
import Model
import SystemPackage
import Testing

extension EndToEnd {
  @Suite("An installation that goes wrong")
  struct Failures {
    let workshop: Workshop
    let config: TestConfig

    init() throws {
      workshop = try #require(Workshop.current)
      config = try TestConfig("failures", in: workshop, asUser: false)
    }

    /// Builds with a guest that misbehaves, and sees that everything but the logs is gone.
    private func build(_ behaviour: String, _ more: [String] = []) async throws -> FinishedBuild {
      let traces = Traces(workshop)
      let build = try await workshop.build(config, ["--set", "append=miniature=\(behaviour)"] + more)
      #expect(build.result.status == 6, "\(build.failure)")
      #expect(build.report?.status == .installationFailed)
      #expect(build.report?.artifacts.isEmpty == true)
      #expect(build.report?.leftovers == [])
      let images = try FileManager.default.contentsOfDirectory(atPath: config.output.string).filter {
        $0.contains(".raw") || $0.contains(".qcow2")
      }
      #expect(images.isEmpty, "no half image is left")
      try await traces.check(config)
      return build
    }

    @Test("a guest that hangs is ended within seconds of the limit, and the message shows limit and last lines")
    func hang() async throws {
      let limit = 20.0
      let build = try await build("hang", ["--set", "stall-timeout=\(Int(limit))s"])
      let error = try #require(build.report?.error)
      let words = error.message + (error.hint ?? "")
      #expect(words.contains("silent") && words.contains("20 s"), "\(words)")
      #expect(error.details.contains { $0.contains("debconf") || $0.contains("debootstrap") })
      let lastLine = try #require(build.events.last { $0.kind == .line && $0.text?.hasPrefix("installer") == true })
      let silence = try #require(build.events.last).elapsed - lastLine.elapsed
      #expect(silence >= limit - 2)
      // A guest that still writes to its disk (its kernel flushes within half a minute) gets up to three times as long.
      #expect(silence < 3 * limit + 10)
    }

    @Test("a question that no answer file answers ends the build by its debconf key")
    func question() async throws {
      let build = try await build("question")
      #expect(build.report?.error?.message.contains("partman/confirm") == true, "\(build.failure)")
      #expect(build.report?.error?.hint?.contains("answer") == true)
    }

    @Test("a kernel panic in the guest is told in the kernel's words")
    func panic() async throws {
      let build = try await build("panic")
      #expect(build.report?.error?.message.contains("kernel panicked") == true, "\(build.failure)")
    }

    @Test("a step that fails in the installer ends the build with the step and the lines of its log")
    func fail() async throws {
      let build = try await build("fail")
      let error = try #require(build.report?.error)
      #expect((error.message + error.details.joined()).contains("bootstrap-base"), "\(build.failure)")
    }

    @Test("a guest that powers off without the installer's last word is no success")
    func powerOff() async throws {
      let build = try await build("poweroff")
      #expect(build.report?.error?.message.contains("never said that it was done") == true, "\(build.failure)")
      let saved = config.output.appending("\(build.base).installer-logs")
      #expect(FileManager.default.fileExists(atPath: saved.appending("console.log").string))
    }

    @Test("a signal in the middle of the installation ends it in order", arguments: [SIGINT, SIGTERM])
    func signals(signal: Int32) async throws {
      let traces = Traces(workshop)
      let child = try workshop.startBuild(config, ["--set", "append=miniature=hang"])
      let deadline = ContinuousClock.now + .seconds(120)
      while !child.output.contains("base-installer/progress"), child.isRunning, ContinuousClock.now < deadline {
        try await Task.sleep(for: .milliseconds(100))
      }
      try #require(child.isRunning, "\(child.errors)")
      let sent = ContinuousClock.now
      kill(child.pid, signal)
      let build = try await workshop.watched(config, child, limit: 60)
      #expect(ContinuousClock.now - sent < .seconds(20))
      #expect(build.result.status == 128 + signal)
      #expect(build.report?.status.rawValue == 128 + signal)
      #expect(build.report?.leftovers == [])
      #expect(build.report?.error?.message.contains("install") == true)
      try await traces.check(config)
    }

    @Test("an upload destination that cannot be reached is found before any virtual machine starts")
    func brokenDestination() async throws {
      let port = try SSHServer.freePort()
      let traces = Traces(workshop)
      let build = try await workshop.build(
        config, ["--set", "[shelf]upload-args=-e 'ssh -F /dev/null -p \(port)'"], limit: 60)
      #expect(build.result.status == 4, "\(build.words)")
      #expect(build.result.errors.contains("shelf"))
      #expect(build.seen.guestAfter == nil)
      #expect(build.events.isEmpty)
      try await traces.check(config)
    }
  }
}
