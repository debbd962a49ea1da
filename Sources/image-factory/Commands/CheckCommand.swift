import Settings
import ArgumentParser
import Model
import Pipeline

/// `image-factory check [IMAGE…|--all]`: all problems of config and host, nothing started.
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check configuration, host and destinations without building.")

  @Argument(help: "The images; none: the one of the environment variable IMAGE.")
  var images: [String] = []

  @Flag(name: .long, help: "Check every configured image, the configuration only.")
  var all = false

  @OptionGroup var options: ConfigOptions

  func run() async throws {
    let loaded = try options.load()
    if all {
      let findings = loaded.allFindings(of: loaded.images)
      Complaint.report(findings.filter { $0.severity == .warning }, json: options.json)
      let errors = findings.filter { $0.severity == .error }
      if let error = FactoryError(errors, of: "the configuration") { throw error }
      if !options.json { Console.out("\(loaded.images.count) images: the configuration is valid") }
      return
    }
    let names = images.isEmpty ? [try ImageArgument.parse([]).name()] : images
    try await Host.withReal { host in
      var findings: [Finding] = []
      for name in names {
        let (config, warnings) = try options.config(for: name, in: loaded)
        let planned = await Planner(host: host, shippedFolder: loaded.shippedFolder).plan(
          config, hookEnvironment: loaded.environment(for: name))
        findings += warnings + planned.findings
        guard let plan = planned.plan else { continue }
        findings += await Preflight(host: host).check(plan)
        if !options.json { Console.out(PlanText.files(plan)) }
      }
      if let error = FactoryError(findings, of: names.joined(separator: ", ")) { throw error }
      Complaint.report(findings, json: options.json)
      if !options.json { Console.out("\(names.joined(separator: ", ")): ready to build") }
    }
  }
}
