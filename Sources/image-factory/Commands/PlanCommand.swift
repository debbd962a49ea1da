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
  @OptionGroup var settings: SettingCompletions

  func run() async throws {
    let loaded = try options.load()
    let name = try image.name(in: loaded, options)
    let (config, warnings) = try options.config(for: name, in: loaded)
    let shown = try HookSecrets.masked(loaded.environment(for: name), of: name, options)
    try await Stoppable.withHost { host in
      let planned = await Planner(host: host, shippedFolder: loaded.shippedFolder).plan(
        config, hookEnvironment: shown)
      if let error = FactoryError(warnings + planned.findings, of: "cannot plan '\(name)'") { throw error }
      Complaint.report(warnings + planned.findings, json: options.json)
      guard let plan = planned.plan else { throw FactoryError(.unexpected, "planning '\(name)' gave no plan") }
      Console.out(options.json ? EncodedJSON.document(plan) : PlanText.text(plan))
    }
  }
}

/// Private values that hooks asked for by name (`hook-secrets`): a build hands them on, and nothing prints them.
enum HookSecrets {
  /// The environment with the mask in the place of every value that is there only because `hook-secrets` names it.
  static func masked(
    _ environment: [String: String], of image: String, _ options: ConfigOptions
  ) throws -> [String: String] {
    let plain = try options.load([Override(key: "hook-secrets", value: "", origin: "image-factory plan")])
    let names = Set(plain.environment(for: image).keys)
    return Dictionary(
      uniqueKeysWithValues: environment.map { ($0.key, names.contains($0.key) ? $0.value : Secret.mask) })
  }
}
