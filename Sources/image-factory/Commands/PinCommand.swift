import ArgumentParser
import Model
import Pipeline
import SystemPackage

/// `image-factory pin NAME`: writes a new pin from a live mirror.
struct PinCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pin", abstract: "Write a pin of the mirror's present Debian installer.",
    discussion: "Signatures are verified; a mirror that lacks a file of the installer is refused, naming the files.")

  @Argument(help: "The new pin's name.")
  var name: String

  @Option(name: .long, help: "The image whose mirror, suite and keyring are used.")
  var image = "debian-13"

  @Option(name: .long, help: "The folder the pin is written to.")
  var output = "."

  @OptionGroup var options: ConfigOptions

  func run() async throws {
    guard !name.isEmpty, !name.contains("/"), !name.hasPrefix(".") else {
      throw FactoryError(.usage, "'\(name)' cannot be the name of a pin")
    }
    let loaded = try options.load()
    let (config, warnings) = try options.config(for: image, in: loaded)
    Complaint.report(warnings, json: options.json)
    let (pinName, folder) = (name, FilePath(output))
    try await Stoppable.withHost { host in
      try await Pinning.make(pinName, for: config, in: folder, host: host) { Console.out($0) }
    }
  }
}
