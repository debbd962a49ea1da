import DiskImages
import HostSystem
package import Model
import PackageDepot
import SystemPackage

/// Opens the package depot: the proxy between the guest and the mirrors, with the pinned installer's suite in it.
package struct DepotStage: Stage {
  package static let name = "depot"

  package init() {}

  package func applies(to plan: BuildPlan) -> Bool { plan.depot != nil }

  package func requirements(of plan: BuildPlan) -> [Requirement] {
    guard let suite = plan.depot?.pinnedSuite else { return [] }
    return PinnedSuiteBuilder.tools.map { .tool($0, purpose: "sign the pinned installer's suite") }
      + [
        .tool("xz", purpose: "unpack the pinned installer's index"),
        .readableFile(suite.index, purpose: "serve the pinned installer"),
      ]
  }

  package func run(_ plan: BuildPlan, in context: StageContext) async throws -> StageOutcome {
    guard let wanted = plan.depot else { return StageOutcome() }
    let suite = try await pinnedSuite(wanted.pinnedSuite, plan: plan, in: context)
    let settings = try DepotSettings(mirrors: wanted.mirrors, pinnedSuite: suite)
    let depot = try await Depot.start(
      settings, peerCheck: SocketOwner(domainName: plan.machine.domainName),
      observer: DepotLog(events: context.events))
    context.cleanUp.register(.always, "close the package depot", byHand: "it ends with this process") {
      await depot.close()
    }
    try DepotAddress(proxy: depot.proxyURL).write(plan)
    var outcome = StageOutcome(facts: "port \(depot.port)")
    if let suite { outcome.facts.append("\(suite.index.entries.count) installer components as '\(suite.name)'") }
    return outcome
  }

  private func pinnedSuite(
    _ plan: PinnedSuitePlan?, plan build: BuildPlan, in context: StageContext
  ) async throws -> PinnedSuite? {
    guard let plan else { return nil }
    let digest = try await offPool { try FileDigest.sha256(plan.index) }
    guard digest == plan.indexSHA256 else {
      throw FactoryError(
        .fetchFailed, "the pin's index '\(plan.index)' is not the one that the pin names",
        hint: "restore the shipped file, or write a new pin with 'image-factory pin'",
        details: ["expected \(plan.indexSHA256)", "found    \(digest)"])
    }
    let runner = context.host.runner
    let packages = try await Unpacking.xz(plan.index, in: build.workFolder, runner: runner)
    context.events.step("signing the suite '\(plan.name)' with a key made for this build")
    let builder = PinnedSuiteBuilder(scratch: build.workFolder) { command in
      Array(try await runner.succeed(command, failing: .unexpected).standardOutput.utf8)
    }
    let suite = try await builder.build(name: plan.name, packages: Array(packages.utf8))
    try Folder.create(plan.publicKey.removingLastComponent(), mode: 0o700)
    try AtomicFile.write(suite.publicKeyring, to: plan.publicKey, mode: 0o600)
    return suite
  }
}
