import ArgumentParser
import Model
import Pipeline

/// `image-factory render IMAGE`: the answer file and its scripts, as the installer would get them.
struct RenderCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render", abstract: "Print the answer file and scripts of an image.")

  @OptionGroup var image: ImageArgument
  @OptionGroup var options: ConfigOptions

  @Flag(name: .long, help: "Show password hashes instead of masking them.")
  var secrets = false

  func run() async throws {
    let loaded = try options.load()
    let name = try image.name(in: loaded, options)
    let (config, warnings) = try options.config(for: name, in: loaded)
    Complaint.report(warnings, json: options.json)
    try await Stoppable.withHost { host in
      let files = try Rendering.preview(config, host: host, secrets: secrets)
      if options.json {
        Console.out(JSONText.document(Dictionary(files.map { ($0.name, $0.text) }, uniquingKeysWith: { $1 })))
        return
      }
      for file in files {
        Console.out("# ---- \(file.name)")
        Console.raw(file.text.hasSuffix("\n") ? file.text : file.text + "\n")
      }
    }
  }
}
