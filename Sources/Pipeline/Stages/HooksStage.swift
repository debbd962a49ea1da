import SystemPackage
import HostSystem
package import Model

/// Runs the post-build commands, each with the path of the image as its last argument.
package struct HooksStage: Stage {
  package static let name = "hooks"

  package init() {}

  package func applies(to plan: BuildPlan) -> Bool { !plan.publishing.postBuildCommands.isEmpty }

  package func requirements(of plan: BuildPlan) -> [Requirement] {
    plan.publishing.postBuildCommands.map { .hook($0, purpose: "run 'post-build-command'", location: nil) }
  }

  package func run(_ plan: BuildPlan, in context: StageContext) async throws -> StageOutcome {
    let image = plan.disk.artifacts.first?.final.string ?? ""
    for words in plan.publishing.postBuildCommands {
      let command = HookCommand.command(
        words.map { $0.replacing("${image}", with: image) } + [image], plan: plan, purpose: "run 'post-build-command'")
      context.events.step("running \(command.shown)")
      _ = try await context.host.runner.succeed(
        command, failing: .publishingIncomplete, hint: "the image is complete in \(plan.outputFolder)",
        onLine: { context.events.line($0.text) })
    }
    return StageOutcome(facts: "\(plan.publishing.postBuildCommands.count) commands")
  }
}
