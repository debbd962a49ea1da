import ArgumentParser
import Foundation
import HostSystem
import Model
import Pipeline
import Settings

/// `image-factory [build] IMAGE`: the whole way from config to published image.
struct BuildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build", abstract: "Build an image (the default command).",
    discussion: "SETTINGS THAT ARE FLAGS\n\n\(SettingHelp.text)\n\nimage-factory.conf(5) explains them.")

  @OptionGroup var image: ImageArgument
  @OptionGroup var options: ConfigOptions
  @OptionGroup var settings: SettingCompletions

  @Flag(name: .shortAndLong, help: "Show every line of the tools and of the guest.")
  var verbose = false

  func run() async throws {
    let loaded = try options.load()
    let name = try image.name(in: loaded, options)
    let (config, warnings) = try options.config(for: name, in: loaded)
    try await Host.withReal { host in
      let builder = Builder(host: host, shippedFolder: loaded.shippedFolder)
      let report = try await Stoppable.run(json: options.json) { stopStatus in
        try await builder.build(
          config, hookEnvironment: loaded.environment(for: name), stopStatus: stopStatus,
          onFindings: { Complaint.report(warnings + $0, json: options.json) },
          observer: ProgressView.observer(json: options.json, verbose: verbose))
      }
      try Outcome.show(report, json: options.json)
    }
  }
}

/// The end of a build on the terminal, and its exit status.
enum Outcome {
  static func show(_ report: BuildReport, json: Bool) throws {
    if json {
      Console.out(EncodedJSON.line(report))
    } else {
      var quiet = report
      // The error is printed once, last, where the eye is.
      quiet.error = nil
      for line in ReportText.text(quiet) { Console.out(line) }
    }
    guard report.status != .done else { return }
    if !json, let error = report.error {
      _ = Complaint.report(
        FactoryError(report.status, error.message, hint: error.hint, details: error.details), json: false)
    }
    throw report.status
  }
}
