import HostSystem
package import Model
package import SystemPackage

/// Brings image and checksum to every upload destination; one failure does not hide the others.
package struct PublishStage: Stage {
  package static let name = "publish"

  package init() {}

  package func applies(to plan: BuildPlan) -> Bool { !plan.publishing.destinations.isEmpty }

  package func requirements(of plan: BuildPlan) -> [Requirement] {
    plan.publishing.destinations.flatMap { destination in
      (Uploaders.named(destination.type)?.requirements(of: destination) ?? [])
        + [.destination(destination)]
        + destination.postUploadCommands.map {
          .hook($0, purpose: "run 'post-upload-command' of '\(destination.name)'", location: destination.location)
        }
    }
  }

  package func run(_ plan: BuildPlan, in context: StageContext) async throws -> StageOutcome {
    var outcome = StageOutcome()
    let files = plan.disk.artifacts.flatMap { artifact in
      plan.disk.suffixes.map { FilePath(artifact.final.string + $0) }
    }
    for (index, destination) in plan.publishing.destinations.enumerated() {
      context.events.progress(
        Double(index) / Double(plan.publishing.destinations.count), "uploading to '\(destination.name)'")
      do {
        try await upload(files, to: destination, of: plan, in: context)
        outcome.uploads.append(
          UploadReport(
            destination: destination.name, target: destination.target, succeeded: true, message: "uploaded"))
      } catch let error as FactoryError where !Task.isCancelled {
        outcome.uploads.append(
          UploadReport(
            destination: destination.name, target: destination.target, succeeded: false, message: error.message))
        context.events.warning(error.message)
        outcome.incomplete = outcome.incomplete ?? error
      }
    }
    let done = outcome.uploads.count { $0.succeeded }
    outcome.facts = ["\(done) of \(outcome.uploads.count) destinations"]
    return outcome
  }

  private func upload(
    _ files: [FilePath], to destination: UploadDestination, of plan: BuildPlan, in context: StageContext
  ) async throws {
    guard let uploader = Uploaders.named(destination.type) else {
      throw FactoryError(.configInvalid, "unknown upload-type '\(destination.type)' of '\(destination.name)'")
    }
    let image = plan.disk.artifacts.first?.final.string ?? ""
    let hooks = destination.postUploadCommands.map { words in
      HookCommand.command(
        words.map { $0.replacing("${image}", with: image) }, plan: plan,
        purpose: "run the post-upload-command of '\(destination.name)'")
    }
    for command in uploader.commands(for: destination, files: files) + hooks {
      context.events.step(command.purpose)
      _ = try await context.host.runner.succeed(
        command, failing: .publishingIncomplete,
        hint: "the image is complete in \(plan.outputFolder); upload it again by hand with the line below",
        onLine: { context.events.line($0.text) })
    }
  }
}

extension FilePath {
  /// The path with one more extension: `x.raw` and `sha256sum` give `x.raw.sha256sum`.
  package func appendingExtension(_ more: String) -> FilePath { FilePath(string + "." + more) }
}
