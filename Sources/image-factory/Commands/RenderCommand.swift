import ArgumentParser
import Model
import Pipeline
import Settings
import SystemPackage

/// `image-factory render IMAGE | --all DIR`: the answer file and its scripts, as the installer would get them.
struct RenderCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render", abstract: "Print the answer file and scripts of an image.",
    discussion: """
      Files go to standard output, and to standard error the command that checks the answer file independently of image-factory.
      With --all the files of every image are written to DIR/IMAGE/, readable by their owner only; the exit status is 3 when one
      of the images cannot be rendered, and the others are written all the same.
      """)

  @OptionGroup var image: ImageArgument
  @OptionGroup var options: ConfigOptions

  @Flag(name: .long, help: "Show password hashes instead of masking them.")
  var secrets = false

  @Option(
    name: .customLong("format"),
    help: ArgumentHelp("Render in this format instead of the distribution's.", valueName: "name"))
  var answerFormat: String?

  @Option(name: .long, help: ArgumentHelp("Write the files of every image below this folder.", valueName: "dir"))
  var all: String?

  func validate() throws {
    if all != nil, image.image != nil { throw ValidationError("'--all' renders every image: name none beside it") }
  }

  func run() async throws {
    let loaded = try options.load()
    if let all { return try await renderAll(loaded, to: FilePath(all)) }
    let name = try image.name(in: loaded, options)
    let (config, warnings) = try options.config(for: name, in: loaded)
    Complaint.report(warnings, json: options.json)
    try await Stoppable.withHost { host in
      let config = try await prepared(config, host)
      let files = try Rendering.preview(config, host: host, secrets: secrets)
      if options.json {
        Console.out(EncodedJSON.document(Dictionary(files.map { ($0.name, $0.text) }, uniquingKeysWith: { $1 })))
        return
      }
      for file in files {
        Console.out("# ---- \(file.name)")
        Console.raw(file.text.hasSuffix("\n") ? file.text : file.text + "\n")
      }
      Console.err("image-factory: checked by: \(try Rendering.oracle(for: config))")
    }
  }

  /// The config as it is rendered: in the format asked for, with the passwords that are wanted.
  private func prepared(_ config: ImageConfig, _ host: Host) async throws -> ImageConfig {
    var shown = config
    if let answerFormat { shown = try Rendering.config(config, inFormat: answerFormat) }
    // Commands that yield passwords are run for nothing less.
    guard secrets else { return shown }
    let given = await Passwords(host: host).resolved(shown, .hash)
    if let error = FactoryError(given.findings, of: "cannot render '\(config.name)'") { throw error }
    return given.config
  }

  private func renderAll(_ loaded: LoadedConfig, to folder: FilePath) async throws {
    try await Stoppable.withHost { host in
      var findings = loaded.findings
      var entries: [RenderedFolder.Entry] = []
      for name in loaded.images {
        let (config, own) = loaded.config(for: name)
        findings += own
        guard let config else { continue }
        do {
          let entry = try RenderedFolder.write(
            try await prepared(config, host), host: host, secrets: secrets, below: folder)
          entries.append(entry)
          if !options.json { Console.out("\(entry.files[0]): \(entry.format); checked by: \(entry.oracle)") }
        } catch let error as FactoryError {
          let more = error.findings.filter { $0.severity == .error }
          findings +=
            more.isEmpty
            ? [
              Finding(
                .error, error.status, "cannot render '\(name)': \(error.message)", hint: error.hint, at: error.location)
            ] : more
        }
      }
      if options.json { Console.out(EncodedJSON.document(entries)) }
      if let error = FactoryError(findings, of: "\(loaded.images.count) images, \(entries.count) rendered") {
        var error = error
        // The others are there.
        error.message = error.message.replacing(", nothing was started", with: "")
        throw error
      }
      Complaint.report(findings, json: options.json)
    }
  }
}
