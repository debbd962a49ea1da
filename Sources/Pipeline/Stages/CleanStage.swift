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
      return try await PrivilegedCleaning(plan: plan, context: context, root: root).run()
    }
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
    try await scan(plan, root, events)
    return StageOutcome(
      facts: root.distribution ?? "unknown distribution",
      "\(removal.names) files removed (\(ByteSize(bytes: removal.bytes)))")
  }

  /// What a golden image should not have: a warning each, or the end of the build, as the setting `scan` says.
  private func scan(_ plan: BuildPlan, _ root: RootPartition, _ events: StageEvents) async throws {
    guard plan.cleaning.scan != .off else { return }
    let proxy = plan.depot == nil ? nil : try? DepotAddress.read(plan).proxy
    let address = proxy?.replacing("http://", with: "").split(separator: "/").first.map(String.init)
    let scan = LeftoverScan(answers: plan.answers.answers, cleaning: plan.cleaning, proxy: address)
    let image = plan.disk.raw
    let found: [Leftover]
    do {
      found = try await offPool {
        try scan.run(in: Ext4FileSystem.open(image: image, extent: root.extent, mode: .readOnly))
      }
    } catch let error as DiskImageError {
      throw FactoryError(.processingFailed, "cannot look through the image: \(error.message)", hint: error.hint)
    }
    guard !found.isEmpty else { return }
    let sentences = found.prefix(50).map(\.sentence) + (found.count > 50 ? ["and \(found.count - 50) more"] : [])
    guard plan.cleaning.scan == .fail else { return sentences.forEach(events.warning) }
    throw FactoryError(
      .processingFailed, "the image has \(found.count) things that a golden image should not have",
      hint: "'clean = add:PATH' removes more, 'scan = warn' builds all the same", details: sentences)
  }
}
