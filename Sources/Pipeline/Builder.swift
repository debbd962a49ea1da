import Foundation
package import Model
package import SystemPackage

/// One build from config to report: plan, preflight, reserve the name, run.
package struct Builder: Sendable {
  let host: Host
  let shippedFolder: FilePath?

  package init(host: Host, shippedFolder: FilePath?) {
    self.host = host
    self.shippedFolder = shippedFolder
  }

  /// Builds the image; throws ``FactoryError`` with all findings when the build cannot start, else reports what happened.
  ///
  /// `onFindings` gets the warnings of planning and preflight before the first stage.
  package func build(
    _ config: ImageConfig, hookEnvironment: [String: String],
    stopStatus: @escaping @Sendable () -> ExitStatus, onFindings: @Sendable ([Finding]) -> Void,
    observer: @escaping BuildObserver
  ) async throws -> BuildReport {
    let planner = Planner(host: host, shippedFolder: shippedFolder)
    return try await run(
      "build '\(config.name)'", stopStatus: stopStatus, onFindings: onFindings, observer: observer
    ) {
      await planner.plan(config, hookEnvironment: hookEnvironment)
    }
  }

  /// Makes the image of a disk that something else installed, which is only read; as ``build(_:hookEnvironment:stopStatus:onFindings:observer:)``.
  package func finish(
    _ config: ImageConfig, disk: FilePath, stopStatus: @escaping @Sendable () -> ExitStatus,
    onFindings: @Sendable ([Finding]) -> Void, observer: @escaping BuildObserver
  ) async throws -> BuildReport {
    let planner = FinishPlanner(host: host)
    return try await run(
      "finish '\(config.name)'", stopStatus: stopStatus, onFindings: onFindings, observer: observer
    ) {
      planner.plan(config, disk: disk)
    }
  }

  /// `what` it is reads on after "cannot".
  private func run(
    _ what: String, stopStatus: @escaping @Sendable () -> ExitStatus, onFindings: @Sendable ([Finding]) -> Void,
    observer: @escaping BuildObserver, planning: @Sendable () async -> Planner.Result
  ) async throws -> BuildReport {
    // Two builds of one image may pick the same name at the same moment; the one that loses picks again.
    for _ in 0..<10 {
      let planned = await planning()
      if Task.isCancelled { throw FactoryError(stopStatus(), "the build was stopped before it started") }
      var findings = planned.findings
      if let plan = planned.plan { findings += await Preflight(host: host).check(plan) }
      if Task.isCancelled { throw FactoryError(stopStatus(), "the build was stopped before it started") }
      if let error = FactoryError(findings, of: "cannot \(what)") { throw error }
      guard let plan = planned.plan else {
        throw FactoryError(.unexpected, "the planning gave no plan: cannot \(what)")
      }
      guard let reservation = try Reservation.take(plan) else { continue }
      onFindings(findings)
      let report = await BuildRun(
        plan, host: host, findings: findings, stopStatus: stopStatus, observer: observer
      ).run()
      return reservation.release(report)
    }
    throw FactoryError(.unexpected, "cannot \(what): no free name was found")
  }
}
