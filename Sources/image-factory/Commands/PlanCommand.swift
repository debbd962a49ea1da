import Settings
import ArgumentParser
import Model
import Pipeline

/// `image-factory plan IMAGE`: every decision of a build, without building.
struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show what a build would do, without doing it.")

  @OptionGroup var image: ImageArgument
  @OptionGroup var options: ConfigOptions

  func run() async throws {
    let name = try image.name()
    let loaded = try options.load()
    let (config, warnings) = try options.config(for: name, in: loaded)
    try await Host.withReal { host in
      let planned = await Planner(host: host, shippedFolder: loaded.shippedFolder).plan(
        config, hookEnvironment: loaded.environment(for: name))
      if let error = FactoryError(warnings + planned.findings, of: "cannot plan '\(name)'") { throw error }
      Complaint.report(warnings + planned.findings, json: options.json)
      guard let plan = planned.plan else { throw FactoryError(.unexpected, "planning '\(name)' gave no plan") }
      Console.out(options.json ? JSONText.document(plan) : PlanText.text(plan))
    }
  }
}
