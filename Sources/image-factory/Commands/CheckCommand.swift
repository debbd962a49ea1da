import ArgumentParser
import Model
import Pipeline
import Settings
import SystemPackage

/// `image-factory check [IMAGE…|--all]`: all problems of config and host, nothing started.
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check configuration, host and destinations without building.",
    discussion: """
      Standard output says which files a build reads and writes. Findings go to standard error, sorted by file and line; the exit
      status is 3 when the configuration has errors, and 4 when only the host is not ready. --json prints an object for each
      finding, and one on standard output when there is no error.
      """)

  @Argument(help: "The images; none: the one of the environment variable IMAGE.")
  var images: [String] = []

  @Flag(name: .long, help: "Check every configured image, the configuration only.")
  var all = false

  @OptionGroup var options: ConfigOptions
  @OptionGroup var settings: SettingCompletions

  func validate() throws {
    if all, !images.isEmpty { throw ValidationError("'--all' checks every image: name none beside it") }
  }

  func run() async throws {
    let loaded = try options.load()
    let names = all ? loaded.images : try self.names(in: loaded)
    // Planning asks mirrors and the host; for all images that would take minutes.
    let host = all ? Examined() : try await examine(names, loaded)
    var seen = Set<Finding>()
    let findings = (loaded.allFindings(of: names) + host.findings).filter { seen.insert($0).inserted }
    if !options.json { for files in host.files { Console.out(files.text) } }
    let what = all ? "the configuration" : names.joined(separator: ", ")
    if let error = FactoryError(findings, of: what) { throw error }
    Complaint.report(findings, json: options.json)
    if options.json {
      let checked = all ? names.map { PlannedFiles(image: $0) } : host.files
      return Console.out(EncodedJSON.document(Passed(images: checked, files: loaded.files.map(\.string))))
    }
    Console.out(
      all
        ? "\(names.count) images: the configuration is valid" : "\(names.joined(separator: ", ")): ready to build")
  }

  /// What planning and the host had to say.
  private struct Examined: Sendable {
    var files: [PlannedFiles] = []
    var findings: [Finding] = []
  }

  /// What `--json` prints when nothing is wrong.
  private struct Passed: Encodable {
    var status = ExitStatus.done.rawValue
    var images: [PlannedFiles]
    /// The configuration's files, in the order read.
    var files: [String]
  }

  private func names(in loaded: LoadedConfig) throws -> [String] {
    if images.count > 1, options.tree == nil {
      var seen = Set<String>()
      return images.filter { seen.insert($0).inserted }
    }
    guard images.count <= 1 else { throw FactoryError(.usage, "a tree has one image", hint: "name none") }
    return [try ImageArgument.parse(images.isEmpty ? [] : ["--", images[0]]).name(in: loaded, options)]
  }

  /// Plans every image whose configuration is right and looks at what it needs of the host.
  private func examine(_ names: [String], _ loaded: LoadedConfig) async throws -> Examined {
    try await Host.withReal { host in
      var result = Examined()
      for name in names {
        guard let config = loaded.config(for: name).config else { continue }
        let planned = await Planner(host: host, shippedFolder: loaded.shippedFolder).plan(
          config, hookEnvironment: loaded.environment(for: name), passwords: .standIn)
        result.findings += planned.findings
        guard let plan = planned.plan else { continue }
        result.findings += await Preflight(host: host).check(plan)
        result.files.append(PlannedFiles(plan, config: loaded.files.map(\.string), state: host.stateFolder.string))
      }
      return result
    }
  }
}
