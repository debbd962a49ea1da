import HostSystem
package import Model
import SystemPackage

/// Makes the raw disk, sparse, in the work folder.
package struct CreateDiskStage: Stage {
  package static let name = "create-disk"

  package init() {}

  package func requirements(of plan: BuildPlan) -> [Requirement] {
    [.tool("qemu-img", purpose: "create the disk of '\(plan.image)'")]
  }

  package func run(_ plan: BuildPlan, in context: StageContext) async throws -> StageOutcome {
    let disk = plan.disk.raw
    context.cleanUp.register(.failure, "remove the unfinished disk", byHand: "rm \(ShellWords.quote(disk.string))") {
      try Folder.remove(disk)
    }
    let command = Command(
      "qemu-img", ["create", "-q", "-f", "raw", "file:" + disk.string, String(plan.disk.size.bytes)],
      timeLimit: .seconds(60), purpose: "create the disk of '\(plan.image)'")
    _ = try await context.host.runner.succeed(
      command, failing: .processingFailed, onLine: { context.events.line($0.text) })
    return StageOutcome(facts: plan.disk.size.description)
  }
}
