import DiskImages
import HostSystem
package import Model
import SystemPackage

/// Makes the disk as small as its contents and a margin: `image-size = auto`.
package struct ShrinkStage: Stage {
  package static let name = "shrink"

  package init() {}

  package func applies(to plan: BuildPlan) -> Bool { plan.disk.shrinkMargin != nil }

  package func requirements(of plan: BuildPlan) -> [Requirement] {
    [.tool("resize2fs", purpose: "shrink the file system of '\(plan.image)'")]
  }

  package func run(_ plan: BuildPlan, in context: StageContext) async throws -> StageOutcome {
    let image = plan.disk.raw
    let files = RootFileSystem(image: image, context: context)
    if let foreign = try await ForeignRoot.find(plan, in: context) {
      context.events.warning("'image-size = auto' has no effect: the root file system is \(foreign.kindName)")
      return StageOutcome(facts: "not shrunk")
    }
    let (table, root) = try await files.find(.any)
    if let obstacle = DiskShrinking.obstacle(table, root) {
      context.events.warning("'image-size = auto' has no effect: \(obstacle)")
      return StageOutcome(facts: "not shrunk")
    }
    let host = context.host
    do {
      let report = try await DiskShrinking.shrink(
        image, table, root, margin: plan.disk.shrinkMargin ?? ByteSize(bytes: 0),
        scratch: plan.workFolder.appending("disk.smaller"), run: files.run,
        output: { command in
          try await host.runner.succeed(command, failing: .processingFailed).standardOutput
        })
      context.disk.forget()
      let (changed, smaller) = try await files.find(.any)
      // Blocks that were moved left their contents behind.
      _ = try await offPool { try FreeSpaceZeroing.zero(image: image, table: changed) }
      try await files.check(smaller)
      return StageOutcome(facts: "\(report.before) → \(report.after)")
    } catch let error as DiskImageError {
      throw files.failure("shrink the image", error)
    }
  }
}
