import ArgumentParser
import Model
import Pipeline
import Settings

/// `image-factory show-config [IMAGE]`: the merged configuration.
struct ShowConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show-config", abstract: "Show the merged configuration.")

  @OptionGroup var image: ImageArgument
  @OptionGroup var options: ConfigOptions

  @Flag(name: .long, help: "Show the values that the image sees, interpolated.")
  var resolved = false

  @Flag(name: .long, help: "Show file and line beside each value.")
  var origin = false

  func run() throws {
    let loaded = try options.load()
    guard resolved || origin || options.json else {
      Complaint.report(loaded.findings, json: false)
      return Console.raw(loaded.mergedText())
    }
    let name = try image.name()
    let findings = loaded.allFindings(of: [name])
    if let error = FactoryError(findings, of: "cannot resolve '\(name)'") { throw error }
    let values = loaded.resolved(for: name).values
    if options.json {
      Console.out(JSONText.document(Dictionary(values.map { ($0.key, $0.text) }, uniquingKeysWith: { $1 })))
      return
    }
    for value in values {
      let place = origin ? "    # \(value.location)" : ""
      Console.out("\(value.key) = \(value.text.replacing("\n", with: "\n    "))\(place)")
    }
  }
}
