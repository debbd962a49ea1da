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
    // Two builds of one image may pick the same name at the same moment; the one that loses picks again.
    for _ in 0..<10 {
      let planned = await planner.plan(config, hookEnvironment: hookEnvironment)
      if Task.isCancelled { throw FactoryError(stopStatus(), "the build was stopped before it started") }
      var findings = planned.findings
      if let plan = planned.plan { findings += await Preflight(host: host).check(plan) }
      if Task.isCancelled { throw FactoryError(stopStatus(), "the build was stopped before it started") }
      if let error = FactoryError(findings, of: "cannot build '\(config.name)'") { throw error }
      guard let plan = planned.plan else {
        throw FactoryError(.unexpected, "planning '\(config.name)' gave no plan")
      }
      guard let reservation = try Reservation.take(plan) else { continue }
      onFindings(findings)
      let report = await BuildRun(plan, host: host, stopStatus: stopStatus, observer: observer).run()
      return reservation.release(report)
    }
    throw FactoryError(.unexpected, "cannot find a free name for the build of '\(config.name)'")
  }
}
