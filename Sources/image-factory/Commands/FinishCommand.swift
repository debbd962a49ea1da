import ArgumentParser
import Foundation
import Model
import Pipeline
import Settings
import SystemPackage

/// `image-factory finish IMAGE --disk FILE`: what a build does after the installation, on a disk that something else installed.
struct FinishCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finish", abstract: "Make an image of a raw disk that something else installed.",
    discussion: """
      Cleans, zeroes, converts and hashes a copy of the disk by the settings of IMAGE, as a build does after the installation. FILE is
      only read. Needs neither root nor libvirt.
      """)

  @OptionGroup var image: ImageArgument
  @OptionGroup var options: ConfigOptions
  @OptionGroup var settings: SettingCompletions

  @Option(name: .long, help: ArgumentHelp("The raw disk.", valueName: "file"))
  var disk: String

  @Option(
    name: .long,
    help: ArgumentHelp("Folder the image is put into; default: the setting output-dir.", valueName: "folder"))
  var output: String?

  @Flag(name: .shortAndLong, help: "Show every line of the tools.")
  var verbose = false

  func run() async throws {
    let loaded = try options.load()
    let name = try image.name(in: loaded, options)
    let (found, findings) = try options.config(for: name, in: loaded)
    var config = found
    if let output { config.disk.outputFolder = FinishCommand.absolute(output) }
    let file = FinishCommand.absolute(disk)
    let request = config
    try await Pipeline.Host.withReal { host in
      let builder = Builder(host: host, shippedFolder: loaded.shippedFolder)
      let report = try await Stoppable.run(json: options.json) { stopStatus in
        try await builder.finish(
          request, disk: file, stopStatus: stopStatus,
          onFindings: { Complaint.report(findings + $0, json: options.json) },
          observer: ProgressView.observer(json: options.json, verbose: verbose))
      }
      try Outcome.show(report, json: options.json)
    }
  }

  static func absolute(_ path: String) -> FilePath {
    let path = FilePath(path)
    return path.isAbsolute
      ? path.lexicallyNormalized()
      : FilePath(FileManager.default.currentDirectoryPath).pushing(path).lexicallyNormalized()
  }
}
