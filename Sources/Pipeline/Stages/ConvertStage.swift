import DiskImages
package import Model
import SystemPackage

/// Turns the raw disk into every other format that is asked for, and checks the result.
package struct ConvertStage: Stage {
  package static let name = "convert"

  package init() {}

  package func applies(to plan: BuildPlan) -> Bool { plan.disk.artifacts.contains { $0.format != "raw" } }

  package func requirements(of plan: BuildPlan) -> [Requirement] {
    plan.disk.artifacts.flatMap { artifact in
      (DiskFormats.named(artifact.format)?.requiredTools ?? []).map {
        .tool($0, purpose: "convert '\(plan.image)' to \(artifact.format)")
      }
    }
  }

  package func run(_ plan: BuildPlan, in context: StageContext) async throws -> StageOutcome {
    var outcome = StageOutcome()
    for artifact in plan.disk.artifacts where artifact.format != "raw" {
      guard let format = DiskFormats.named(artifact.format) else {
        throw FactoryError(.configInvalid, "unknown disk format '\(artifact.format)'")
      }
      context.events.step("converting to \(artifact.format)")
      let files = RootFileSystem(image: plan.disk.raw, context: context)
      do {
        let note = try await Conversion.perform(
          format, plan.disk.raw, to: artifact.working, artifact.options, hashing: ChecksumStage.algorithms(plan),
          run: files.run)
        try note?.leave(beside: artifact.working)
      } catch let error as DiskImageError {
        throw files.failure(
          "convert '\(plan.image)' to \(artifact.format)", error,
          hint: "is there space left in '\(plan.workFolder.removingLastComponent())'?")
      }
      let size = try SparseFile.sizes(of: artifact.working)
      outcome.facts.append("\(artifact.format) \(size.allocated)")
    }
    return outcome
  }
}
