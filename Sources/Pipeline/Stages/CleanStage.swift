import DiskImages
package import Model
import SystemPackage

/// Saves the installer's logs beside the image, then removes them and everything that belongs to this one machine.
package struct CleanStage: Stage {
  package static let name = "clean"

  package init() {}

  package func requirements(of plan: BuildPlan) -> [Requirement] {
    [.tool("e2fsck", purpose: "check the file system of '\(plan.image)'")]
  }

  package func run(_ plan: BuildPlan, in context: StageContext) async throws -> StageOutcome {
    let files = RootFileSystem(image: plan.disk.raw, context: context)
    let (_, root) = try await files.find(plan.cleaning.onePartition ? .exactlyOne : .any)
    try await files.makeClean(root)
    // Before anything is changed: a damaged file system must fail here, not be made worse.
    try await files.check(root)
    let events = context.events
    let removal: Tally
    do {
      removal = try await offPool { try GuestCleaning(plan: plan, events: events).clean(root.extent) }
    } catch let error as DiskImageError {
      throw FactoryError(.processingFailed, "cannot clean the image: \(error.message)", hint: error.hint)
    }
    try await files.check(root)
    return StageOutcome(
      facts: root.distribution ?? "unknown distribution",
      "\(removal.names) files removed (\(ByteSize(bytes: removal.bytes)))")
  }
}
