import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

/// A stage's name, as a type: the run loop asks the type.
protocol StageName: Sendable { static var name: String { get } }
enum One: StageName { static let name = "one" }
enum Two: StageName { static let name = "two" }
enum Three: StageName { static let name = "three" }

/// A stage that does what a test says.
struct Scripted<Name: StageName>: Stage {
  static var name: String { Name.name }
  private let work: @Sendable (StageContext) async throws -> StageOutcome

  init() { self.init { _ in StageOutcome() } }
  init(_ work: @escaping @Sendable (StageContext) async throws -> StageOutcome) { self.work = work }

  func run(_ plan: BuildPlan, in context: StageContext) async throws -> StageOutcome { try await work(context) }
}

@Suite("the run loop")
struct BuildRunTests {
  private let broken = FactoryError(.processingFailed, "the disk is broken", hint: "look", details: ["line"])

  @Test("stages run in order and leave their facts, artifacts and times in the report")
  func inOrder() async throws {
    try await TestHost.run { test in
      let artifact = ArtifactReport(
        path: "/x.raw", format: "raw", size: .gibibytes(1), allocated: .mebibytes(1), sha256: "00")
      let plan = test.plan { $0.expectedSeconds = ["one": 2, "two": 5] }
      let report = try await test.build(
        plan,
        [
          Scripted<One> { _ in StageOutcome(facts: "first", "and more") },
          Scripted<Two> { context in
            context.events.progress(7, "past the end")
            var outcome = StageOutcome()
            outcome.artifacts = [artifact]
            return outcome
          },
        ])
      #expect(report.status == .done)
      #expect(report.stages.map(\.name) == ["one", "two"])
      #expect(report.stages.map(\.state) == [.done, .done])
      #expect(report.stages.first?.facts == ["first", "and more"])
      #expect(report.artifacts.map(\.path) == ["/x.raw"])
      #expect(report.started == "2026-02-03T04:05:06+00:00")
      let events = test.events.all
      #expect(
        events.map(\.kind) == [
          .buildStarted, .stageStarted, .stageFinished, .stageStarted, .progress, .stageFinished, .buildFinished,
        ])
      #expect(events.first?.expected == 7)
      #expect(events.filter { $0.kind == .stageStarted }.map(\.expected) == [2, 5])
      #expect(events.first { $0.kind == .progress }?.fraction == 1)
      #expect(events.last?.succeeded == true)
    }
  }

  @Test("a failure skips what comes after it and undoes what was done, the last first")
  func failure() async throws {
    try await TestHost.run { test in
      let undone = Collected<String>()
      let broken = broken
      let report = try await test.build(
        test.plan(),
        [
          Scripted<One> { context in
            context.cleanUp.register(.failure, "a", byHand: "-") { undone.add("first") }
            context.cleanUp.register(.always, "b", byHand: "-") { undone.add("second") }
            return StageOutcome()
          },
          Scripted<Two> { context in
            context.cleanUp.register(.failure, "c", byHand: "-") { undone.add("third") }
            throw broken
          }, Scripted<Three>(),
        ])
      #expect(undone.all == ["third", "second", "first"])
      #expect(report.stages.map(\.state) == [.done, .failed, .skipped])
      #expect(report.status == .processingFailed)
      #expect(report.error?.message == "the disk is broken")
      #expect(report.error?.details == ["line"])
      #expect(report.error?.hint == "look")
      let last = test.events.all.last
      #expect(last?.kind == .buildFinished && last?.succeeded == false && last?.text == "the disk is broken")
    }
  }

  @Test("an undo step that fails becomes a sentence with the command to type and never replaces the first error")
  func failingUndo() async throws {
    try await TestHost.run { test in
      let broken = broken
      let undone = Collected<String>()
      let report = try await test.build(
        test.plan(),
        [
          Scripted<One> { context in
            context.cleanUp.register(.always, "end the daemon", byHand: "-") { undone.add("daemon") }
            context.cleanUp.register(.failure, "remove the domain 'x'", byHand: "virsh undefine x") {
              throw FactoryError(.unexpected, "libvirt is gone")
            }
            throw broken
          }
        ])
      #expect(report.status == .processingFailed)
      #expect(report.error?.message == "the disk is broken")
      #expect(report.leftovers == ["cannot remove the domain 'x': libvirt is gone; by hand: virsh undefine x"])
      #expect(undone.all == ["daemon"])
      #expect(test.events.all.filter { $0.kind == .warning }.map(\.text) == report.leftovers)
      // Said once: it is a left-over, not a warning as well.
      #expect(report.warnings == [])
    }
  }

  /// Makes an image that would be removed again and completes it.
  private func complete(_ undone: Collected<String>) -> Scripted<One> {
    Scripted { context in
      context.cleanUp.register(.failure, "remove the image", byHand: "-") { undone.add("image") }
      context.cleanUp.register(.always, "scratch", byHand: "-") { undone.add("scratch") }
      var outcome = StageOutcome()
      outcome.completesImage = true
      return outcome
    }
  }

  @Test("once the image is complete nothing that fails takes it away; the exit status is 8")
  func afterTheImage() async throws {
    try await TestHost.run { test in
      let undone = Collected<String>()
      let broken = broken
      let report = try await test.build(
        test.plan(),
        [
          complete(undone),
          Scripted<Two> { context in
            context.cleanUp.register(.failure, "half an upload", byHand: "-") { undone.add("upload") }
            throw broken
          },
        ])
      #expect(undone.all == ["scratch"] || undone.all == ["upload", "scratch"])
      #expect(report.status == .publishingIncomplete)
      #expect(report.error?.message == "the disk is broken")
    }
  }

  @Test("publishing that is incomplete lets later stages run and keeps the image")
  func incomplete() async throws {
    try await TestHost.run { test in
      let undone = Collected<String>()
      let report = try await test.build(
        test.plan(),
        [
          complete(undone),
          Scripted<Two> { _ in
            var outcome = StageOutcome(facts: "1 of 2 destinations")
            outcome.incomplete = FactoryError(.publishingIncomplete, "the mirror is down")
            return outcome
          }, Scripted<Three> { _ in StageOutcome(facts: "ran") },
        ])
      #expect(undone.all == ["scratch"])
      #expect(report.status == .publishingIncomplete)
      #expect(report.error?.message == "the mirror is down")
      #expect(report.stages.map(\.state) == [.done, .failed, .done])
      #expect(report.stages[1].facts == ["1 of 2 destinations"])
      #expect(BuildHistory(folder: test.host.stateFolder).lastGood("golden")?.status == .publishingIncomplete)
    }
  }

  @Test("an error of an unknown type is an unexpected one, with the stage named and nothing unprintable")
  func unknownError() async throws {
    struct Odd: Error, CustomStringConvertible { let description = "odd\u{1B}[2J" }
    try await TestHost.run { test in
      let report = try await test.build(test.plan(), [Scripted<One> { _ in throw Odd() }])
      #expect(report.status == .unexpected)
      #expect(report.error?.message == "stage 'one' failed: odd\u{FFFD}[2J")
    }
  }

  @Test("the same warning is reported once")
  func warnings() async throws {
    try await TestHost.run { test in
      let report = try await test.build(
        test.plan(),
        [
          Scripted<One> { context in
            context.events.warning("slow mirror")
            context.events.warning("odd question")
            context.events.warning("slow mirror")
            return StageOutcome()
          }
        ])
      #expect(report.warnings == ["slow mirror", "odd question"])
    }
  }

  @Test("what planning warned of stands first in the report, with its place and hint")
  func planWarnings() async throws {
    try await TestHost.run { test in
      let plan = test.plan()
      try Folder.create(plan.workFolder)
      let findings: [Finding] = [
        .warning("everybody sees it", hint: "use 127.0.0.1", at: SourceLocation(file: "my.conf", line: 3)),
        .warning("odd"), .host("an error is none"),
      ]
      let stage = Scripted<One> { context in
        context.events.warning("odd")
        context.events.warning("slow mirror")
        return StageOutcome()
      }
      let report = await BuildRun(plan, host: test.host, stages: [stage], findings: findings, observer: { _ in }).run()
      #expect(report.warnings == ["my.conf:3: everybody sees it (use 127.0.0.1)", "odd", "slow mirror"])
      let kept = BuildHistory(folder: test.host.stateFolder).lastGood("golden")
      #expect(kept?.warnings == report.warnings)
      #expect(ReportText.text(report).contains("  warning my.conf:3: everybody sees it (use 127.0.0.1)"))
    }
  }
}

@Suite("stopping a build")
struct StoppedBuildTests {
  @Test(
    "a signal gives its own status, whatever the stage says of its child, and undo steps run to their end",
    arguments: [ExitStatus.interrupted, .terminated])
  func cancelled(status: ExitStatus) async throws {
    try await TestHost.run { test in
      let undone = Collected<Bool>()
      let (started, start) = AsyncStream<Void>.makeStream()
      let build = Task {
        try await test.build(
          test.plan(),
          [
            Scripted<One> { context in
              context.cleanUp.register(.failure, "remove the disk", byHand: "-") {
                try await Task.sleep(for: .milliseconds(1))
                undone.add(Task.isCancelled)
              }
              start.yield()
              try? await Task.sleep(for: .seconds(30))
              throw FactoryError(.installationFailed, "virt-install was ended by SIGTERM")
            }, Scripted<Two>(),
          ], stopStatus: status)
      }
      for await _ in started { break }
      build.cancel()
      let report = try await build.value
      #expect(report.status == status)
      #expect(report.error?.message == "the build was stopped in stage 'one' (\(status.meaning))")
      #expect(report.stages.map(\.state) == [.failed, .skipped])
      #expect(undone.all == [false])
    }
  }

  @Test("a signal while an image is published keeps the image, and counts more than an upload that failed before")
  func whilePublishing() async throws {
    try await TestHost.run { test in
      let undone = Collected<String>()
      let build = Task {
        try await test.build(
          test.plan(),
          [
            Scripted<One> { context in
              context.cleanUp.register(.failure, "remove the image", byHand: "-") { undone.add("image") }
              var outcome = StageOutcome()
              outcome.completesImage = true
              return outcome
            },
            Scripted<Two> { _ in
              var outcome = StageOutcome()
              outcome.incomplete = FactoryError(.publishingIncomplete, "the mirror is down")
              return outcome
            },
            Scripted<Three> { _ in
              withUnsafeCurrentTask { $0?.cancel() }
              throw FactoryError(.publishingIncomplete, "rsync was ended by SIGTERM")
            },
          ], stopStatus: .terminated)
      }
      let report = try await build.value
      #expect(report.status == .terminated)
      #expect(undone.all == [])
    }
  }

  @Test("a stage that ends well after the signal does not hide it")
  func cancelledButDone() async throws {
    try await TestHost.run { test in
      let build = Task {
        try await test.build(
          test.plan(),
          [
            Scripted<One> { _ in
              withUnsafeCurrentTask { $0?.cancel() }
              return StageOutcome(facts: "done")
            }, Scripted<Two>(),
          ])
      }
      let report = try await build.value
      #expect(report.status == .interrupted)
    }
  }
}

@Suite("the history of builds")
struct HistoryTests {
  @Test("a good build is the expectation of the next plan; a failed one is only the last")
  func expected() async throws {
    try await TestHost.run(runner: RecordingRunner()) { test in
      let config = try test.config()
      let planner = Planner(host: test.host, shippedFolder: nil)
      #expect(await planner.plan(config, hookEnvironment: [:]).plan?.expectedSeconds == [:])
      _ = try await test.build(test.plan(), [Scripted<One>(), Scripted<Two>()])
      _ = try await test.build(
        test.plan(), [Scripted<One> { _ in throw FactoryError(.fetchFailed, "no mirror") }, Scripted<Three>()])
      let history = BuildHistory(folder: test.host.stateFolder)
      #expect(history.last("golden")?.status == .fetchFailed)
      let good = try #require(history.lastGood("golden"))
      #expect(good.status == .done)
      let expected = await planner.plan(config, hookEnvironment: [:]).plan?.expectedSeconds
      #expect(expected == Dictionary(good.stages.map { ($0.name, $0.seconds) }, uniquingKeysWith: { $1 }))
      #expect(expected?.keys.sorted() == ["one", "two"])
    }
  }

  @Test("an image's name cannot lead out of the folder, and a damaged file is as good as none")
  func names() async throws {
    try await TestHost.run { test in
      let history = BuildHistory(folder: test.host.stateFolder)
      var report = BuildReport(image: "../../escape", baseName: "x", started: "", notes: [])
      history.store(report)
      #expect(
        test.names(test.host.stateFolder.appending("reports")) == [".._.._escape.good.json", ".._.._escape.last.json"])
      #expect(test.names(test.folder) == ["state"])
      report.image = "golden"
      history.store(report)
      try test.write("state/reports/golden.last.json", "{ half")
      #expect(history.last("golden") == nil)
      #expect(history.lastGood("golden")?.baseName == "x")
    }
  }
}
