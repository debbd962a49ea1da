import DiskImages
package import Model
import SystemPackage

/// Turns free blocks into holes that read as zero, so that the image is as small as its contents.
package struct ZeroStage: Stage {
  package static let name = "zero"

  package init() {}

  package func run(_ plan: BuildPlan, in context: StageContext) async throws -> StageOutcome {
    let files = RootFileSystem(image: plan.disk.raw, context: context)
    let (table, root) = try await files.find(.any)
    let image = plan.disk.raw
    let report: FreeSpaceZeroing.Report
    do {
      report = try await offPool { try FreeSpaceZeroing.zero(image: image, table: table) }
    } catch let error as DiskImageError {
      throw FactoryError(.processingFailed, "cannot zero the free space: \(error.message)", hint: error.hint)
    }
    if report.wroteZeros {
      context.events.warning("the host's file system cannot punch holes: zeros were written, the raw image stays large")
    }
    try await files.check(root)
    return StageOutcome(facts: "\(report.before.allocated) → \(report.after.allocated)")
  }
}
