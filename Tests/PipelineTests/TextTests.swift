import Glibc
import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

/// What a guest might say: an escape code, a forged line, a C1 control, a direction mark.
private let hostile = "evil\u{1B}[2J\nimage-factory: done\u{9B}31m\u{202E}gpj"

extension String {
  /// Whether a terminal would do something else than show it.
  fileprivate var drivesTerminals: Bool {
    unicodeScalars.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) || $0.value == 0x202E }
  }
}

@Suite("events as text")
struct EventTextTests {
  @Test(
    "no control character of a guest gets out, whatever the kind of event",
    arguments: [
      BuildEvent.Kind.buildStarted, .stageStarted, .step, .line, .progress, .warning, .stageFinished, .buildFinished,
    ])
  func printable(kind: BuildEvent.Kind) {
    let event = BuildEvent(elapsed: 0, kind: kind, stage: "install", text: hostile, fraction: 0.5, succeeded: false)
    #expect(EventText.line(event)?.drivesTerminals == false)
  }

  @Test("a stage's voice is printable before any observer hears it")
  func voice() {
    let heard = Collected<BuildEvent>()
    let events = StageEvents(stage: "install", started: .now) { heard.add($0) }
    events.line(hostile)
    events.step(hostile)
    events.warning(hostile)
    events.progress(-1, hostile)
    #expect(heard.all.count == 4)
    #expect(heard.all.allSatisfy { $0.text?.drivesTerminals == false && $0.stage == "install" })
    #expect(heard.all.last?.fraction == 0)
  }

  @Test("each kind has its words")
  func words() {
    func line(_ kind: BuildEvent.Kind, _ change: (inout BuildEvent) -> Void = { _ in }) -> String? {
      var event = BuildEvent(elapsed: 1, kind: kind)
      change(&event)
      return EventText.line(event)
    }
    #expect(
      line(.buildStarted) {
        $0.text = "golden-1"
        $0.expected = 676
      } == "building golden-1, about 11 min 16 s last time")
    #expect(line(.stageStarted) { $0.stage = "zero" } == "[zero] started")
    #expect(
      line(.stageStarted) {
        $0.stage = "zero"
        $0.expected = 42
      } == "[zero] started (42 s last time)")
    #expect(
      line(.progress) {
        $0.stage = "install"
        $0.fraction = 0.426
        $0.text = "base system"
      } == "[install] 42 % base system")
    #expect(line(.step) == nil)
    #expect(
      line(.stageFinished) {
        $0.stage = "zero"
        $0.text = ""
        $0.succeeded = true
      } == "[zero] done")
    #expect(line(.buildFinished) { $0.succeeded = true } == "build finished")
    #expect(line(.buildFinished) { $0.text = "no disk" } == "build failed: no disk")
  }
}

@Suite("reports as text")
struct ReportTextTests {
  private func report() -> BuildReport {
    var report = BuildReport(image: "golden", baseName: "golden-1", started: "", notes: [])
    report.seconds = 676
    report.stages = [
      StageReport(name: "fetch", state: .done, seconds: 1.25, facts: ["all in the cache"]),
      StageReport(name: "install", state: .failed, seconds: 600),
      StageReport(name: "zero", state: .skipped, seconds: 0),
    ]
    report.uploads = [
      UploadReport(destination: "fra", target: "host:/srv", succeeded: true, message: "uploaded"),
      UploadReport(destination: "nyc", target: "host:/srv", succeeded: false, message: "no route"),
    ]
    report.warnings = ["slow"]
    report.leftovers = ["a domain"]
    return report
  }

  @Test("it says what was done, how long it took and what is left")
  func words() {
    let text = ReportText.text(report())
    #expect(text.first == "golden-1: done, 11 min 16 s")
    #expect(text.contains("  fetch        1.2 s         all in the cache"))
    #expect(text.contains { $0.hasPrefix("  install") && $0.hasSuffix("  failed") })
    #expect(!text.contains { $0.contains("zero") })
    #expect(text.contains("  upload  fra: host:/srv"))
    #expect(text.contains("  upload  nyc: no route"))
    #expect(text.contains("  warning slow"))
    #expect(text.contains("  left    a domain"))
  }

  @Test("no control character of a guest gets out of any of its parts")
  func printable() {
    var report = report()
    report.stages[0].facts = [hostile]
    report.uploads[1].message = hostile
    report.warnings = [hostile]
    report.leftovers = [hostile]
    report.error = ReportedError(
      FactoryError(.installationFailed, hostile, hint: hostile, details: ["console:", hostile]))
    let text = ReportText.text(report)
    #expect(text.contains { $0.contains("console:") })
    #expect(text.allSatisfy { !$0.drivesTerminals })
  }
}

@Suite("the build's log")
struct BuildLogTests {
  @Test("every event is a line with its time, progress only when it has words, and the report ends it")
  func lines() async throws {
    try await TestHost.run { test in
      let plan = test.plan()
      let path = try #require(plan.log.file)
      _ = try await test.build(
        plan,
        [
          Scripted<One> { context in
            context.events.line(hostile)
            for number in 0..<100 { context.events.progress(Double(number) / 100) }
            context.events.progress(0.5, "base system")
            return StageOutcome(facts: hostile)
          },
          Scripted<Two> { _ in
            throw FactoryError(.installationFailed, hostile, details: [hostile])
          },
        ])
      let text = try test.text(path)
      let lines = text.split(separator: "\n")
      #expect(lines.allSatisfy { $0.hasPrefix("2026-02-03T04:05:06+00:00 ") && !String($0).drivesTerminals })
      #expect(lines.filter { $0.contains(" % ") }.count == 1)
      #expect(lines.contains { $0.hasSuffix("building golden-2026-02-03") })
      #expect(text.contains("golden-2026-02-03: installation failed or timed out"))
      #expect((path.mode ?? 0) & 0o007 == 0)
    }
  }

  @Test("each line has the time of its writing")
  func times() async throws {
    try await TestHost.run { test in
      let (path, clock) = (test.folder.appending("build.log"), FixedWallClock(1_770_091_506))
      let log = BuildLog(path, clock: clock)
      for second in 0..<3 {
        for text in ["a", "b"] { log.write(BuildEvent(elapsed: Double(second), kind: .line, text: text)) }
        try await clock.sleep(for: .seconds(1))
      }
      let times = try test.text(path).split(separator: "\n").map { $0.prefix(19).suffix(2) }
      #expect(times == ["06", "06", "07", "07", "08", "08"])
    }
  }

  @Test("an older log of that name is added to, a link in its place is not followed, and no log is fine")
  func careful() async throws {
    try await TestHost.run { test in
      let event = BuildEvent(elapsed: 0, kind: .step, text: "step")
      let old = try test.write("old.log", "before\n")
      BuildLog(old, clock: test.host.clock).write(event)
      #expect(try test.text(old).hasPrefix("before\n2026-02-03"))
      let victim = try test.write("victim", "precious")
      let link = test.folder.appending("link.log")
      symlink(victim.string, link.string)
      BuildLog(link, clock: test.host.clock).write(event)
      #expect(try test.text(victim) == "precious")
      BuildLog(nil, clock: test.host.clock).write(event)
    }
  }
}
