import DiskImages
import HostSystem
import Foundation
package import Model
import SystemPackage

/// The run loop: stages in order, undo steps on failure or interruption, a report whatever happened.
package struct BuildRun: Sendable {
  let plan: BuildPlan
  let host: Host
  let observer: BuildObserver
  let stages: [any Stage]
  /// What planning and preflight said of it; the warnings among it are in the report.
  let findings: [Finding]
  /// What the process was told by a signal, asked when a build was cancelled.
  let stopStatus: @Sendable () -> ExitStatus

  /// A run of the plan's own stages, unless others are given.
  package init(
    _ plan: BuildPlan, host: Host, stages: [any Stage]? = nil, findings: [Finding] = [],
    stopStatus: @escaping @Sendable () -> ExitStatus = { .interrupted }, observer: @escaping BuildObserver
  ) {
    self.plan = plan
    self.host = host
    self.stages = stages ?? StageOrder.stages(of: plan)
    self.findings = findings
    self.stopStatus = stopStatus
    self.observer = observer
  }

  /// Builds the image; never throws, the report says what went wrong.
  package func run() async -> BuildReport {
    let started = ContinuousClock.now
    let cleanUp = CleanUpStack()
    var report = BuildReport(
      image: plan.image, baseName: plan.baseName, started: host.clock.timestamp, notes: plan.notes)
    let disk = KnownDisk()
    let warnings = WarningCollector()
    for finding in findings where finding.severity == .warning { warnings.add(finding.sentence) }
    let log = BuildLog(plan.log.file, clock: host.clock)
    let tell: BuildObserver = { event in
      if event.kind == .warning, let text = event.text { warnings.add(text) }
      log.write(event)
      observer(event)
    }
    let expected = plan.expectedSeconds.isEmpty ? nil : plan.expectedSeconds.values.reduce(0, +)
    tell(BuildEvent(elapsed: 0, kind: .buildStarted, text: plan.baseName, expected: expected))
    for note in plan.notes { tell(BuildEvent(elapsed: 0, kind: .step, text: note)) }

    var failure: FactoryError?
    var imageIsComplete = false
    for stage in stages {
      let name = type(of: stage).name
      if let failure, failure.status != .publishingIncomplete {
        report.stages.append(StageReport(name: name, state: .skipped, seconds: 0))
        continue
      }
      let result = await run(stage, started: started, cleanUp: cleanUp, disk: disk, into: &report, tell: tell)
      // A signal counts more than an upload that failed before it: the caller must see 130 or 143.
      failure = [failure, result.failure.map { $0.after(imageIsComplete: imageIsComplete) }].compactMap(\.self)
        .max { ($0.status == .publishingIncomplete ? 0 : 1) < ($1.status == .publishingIncomplete ? 0 : 1) }
      if result.completesImage {
        imageIsComplete = true
        cleanUp.keepWhatIsThere()
      }
    }

    let succeeded = failure == nil || imageIsComplete
    // A new task: the undo steps run to their end though the build itself was cancelled.
    report.leftovers = await Task { await cleanUp.unwind(succeeded: succeeded) }.value
    report.warnings = warnings.all
    report.seconds = (ContinuousClock.now - started).seconds
    report.status = failure?.status ?? .done
    report.error = failure.map(ReportedError.init)
    for leftover in report.leftovers {
      tell(BuildEvent(elapsed: report.seconds, kind: .warning, text: leftover))
    }
    tell(
      BuildEvent(
        elapsed: report.seconds, kind: .buildFinished, text: report.error?.message, succeeded: failure == nil))
    log.finish(report)
    // How long a build takes is not told by one without an installation.
    if plan.disk.given == nil { BuildHistory(folder: host.stateFolder).store(report) }
    return report
  }

  private func run(
    _ stage: any Stage, started: ContinuousClock.Instant, cleanUp: CleanUpStack, disk: KnownDisk,
    into report: inout BuildReport, tell: @escaping BuildObserver
  ) async -> (failure: FactoryError?, completesImage: Bool) {
    let name = type(of: stage).name
    let begun = ContinuousClock.now
    func now() -> Double { (ContinuousClock.now - started).seconds }
    tell(BuildEvent(elapsed: now(), kind: .stageStarted, stage: name, expected: plan.expectedSeconds[name]))
    let context = StageContext(
      host: host, cleanUp: cleanUp, events: StageEvents(stage: name, started: started, observer: tell),
      disk: disk)
    var failure: FactoryError?
    var facts: [String] = []
    var completesImage = false
    do {
      try Task.checkCancellation()
      let outcome = try await stage.run(plan, in: context)
      completesImage = outcome.completesImage
      facts = outcome.facts
      report.artifacts += outcome.artifacts
      report.fetched += outcome.fetched
      report.uploads += outcome.uploads
      failure = outcome.incomplete
    } catch {
      failure = asFactoryError(error, stage: name)
    }
    let seconds = (ContinuousClock.now - begun).seconds
    report.stages.append(
      StageReport(name: name, state: failure == nil ? .done : .failed, seconds: seconds, facts: facts))
    tell(
      BuildEvent(
        elapsed: now(), kind: .stageFinished, stage: name, text: failure?.message ?? facts.joined(separator: ", "),
        succeeded: failure == nil))
    return (failure, completesImage)
  }

  private func asFactoryError(_ error: any Error, stage: String) -> FactoryError {
    // A child that was ended because the build was stopped reports its own death; the signal is the reason.
    if Task.isCancelled || error is CancellationError {
      let status = stopStatus()
      return FactoryError(status, "the build was stopped in stage '\(stage)' (\(status.meaning))")
    }
    if let error = error as? FactoryError { return error }
    if let error = error as? DiskImageError {
      return FactoryError(.processingFailed, "stage '\(stage)' failed: \(error.message)", hint: error.hint)
    }
    return FactoryError(.unexpected, "stage '\(stage)' failed: \(String(describing: error).printable)")
  }
}

extension FactoryError {
  /// Once the image is complete, whatever fails leaves only its publishing incomplete; a signal stays a signal.
  fileprivate func after(imageIsComplete: Bool) -> FactoryError {
    guard imageIsComplete, status != .interrupted, status != .terminated else { return self }
    var error = self
    error.status = .publishingIncomplete
    return error
  }
}
