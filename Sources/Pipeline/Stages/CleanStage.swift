import DiskImages
package import Model
import SystemPackage

/// Saves the installer's logs beside the image, then removes them and everything that belongs to this one machine.
package struct CleanStage: Stage {
  package static let name = "clean"

  package init() {}

  package func requirements(of plan: BuildPlan) -> [Requirement] {
    [.tool("e2fsck", purpose: "check the file system of '\(plan.image)'")] + ForeignRoot.requirements(of: plan)
  }

  package func run(_ plan: BuildPlan, in context: StageContext) async throws -> StageOutcome {
    if let root = try await ForeignRoot.find(plan, in: context) {
      return try await ForeignCleaning(plan: plan, context: context, root: root).run()
    }
    let files = RootFileSystem(image: plan.disk.raw, context: context)
    let (table, root) = try await files.find(plan.cleaning.onePartition ? .exactlyOne : .any)
    // Before anything is changed: a damaged file system must fail here, not be made worse.
    if !context.disk.takeSoundness() {
      try await files.makeClean(root)
      try await files.check(root)
      try await files.prepareOthers(table, besides: root.extent)
    }
    let system = try await files.system(table, root)
    let events = context.events
    let removal: Tally
    do {
      removal = try await offPool { try GuestCleaning(plan: plan, events: events).clean(system) }
    } catch let error as DiskImageError {
      throw FactoryError(.processingFailed, "cannot clean the image: \(error.message)", hint: error.hint)
    }
    try await files.check(root)
    try await files.checkOthers(table, besides: root.extent)
    try await scan(plan, system, events)
    var outcome = StageOutcome(
      facts: root.distribution ?? "unknown distribution",
      "\(removal.names) files removed (\(ByteSize(bytes: removal.bytes)))")
    let parts = try await files.foreignParts(table, root)
    outcome.facts += try await ForeignParts(plan: plan, context: context).clean(
      parts, around: system.mounts.map(\.place))
    return outcome
  }

  /// What a golden image should not have: a warning each, or the end of the build, as the setting `scan` says.
  private func scan(_ plan: BuildPlan, _ system: GuestSystem, _ events: StageEvents) async throws {
    guard plan.cleaning.scan != .off else { return }
    let scan = LeftoverScan(
      answers: plan.answers.answers, cleaning: plan.cleaning, proxy: DepotAddress.host(of: plan))
    try LeftoverScan.judge(await scan.found(in: system), plan, events)
  }
}
