import Settings
import SystemPackage
import ArgumentParser
import Model
import Pipeline

/// `image-factory fetch IMAGE`: fills the cache, so that a build later needs no installer from the network.
struct FetchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch", abstract: "Fetch and verify kernel and initrd of an image into the cache.")

  @OptionGroup var image: ImageArgument
  @OptionGroup var options: ConfigOptions
  @OptionGroup var settings: SettingCompletions

  func run() async throws {
    let loaded = try options.load()
    let name = try image.name(in: loaded, options)
    let (config, warnings) = try options.config(for: name, in: loaded)
    try await Stoppable.withHost { host in
      let planned = await Planner(host: host, shippedFolder: loaded.shippedFolder).plan(
        config, hookEnvironment: [:], passwords: .standIn)
      if let error = FactoryError(warnings + planned.findings, of: "cannot fetch for '\(name)'") { throw error }
      Complaint.report(warnings + planned.findings, json: options.json)
      guard let plan = planned.plan else { throw FactoryError(.unexpected, "planning '\(name)' gave no plan") }
      try await InstallerFiles.fetch(plan, host: host, events: nil) { _, _, fetched in
        if options.json {
          Console.out(EncodedJSON.line(fetched.report))
        } else {
          let size = ByteSize(bytes: fetched.report.bytesFetched)
          Console.out("\(fetched.path)\n  sha256 \(fetched.report.sha256) (\(fetched.report.trust)), \(size) fetched")
        }
      }
    }
  }
}
