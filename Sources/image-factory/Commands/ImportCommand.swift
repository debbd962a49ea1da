import ArgumentParser
import Foundation
import HostSystem
import Model
import Settings
import SystemPackage

/// `image-factory import ister|blueprint FILE`: an image config out of another tool's description of an image.
struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Make an image's configuration out of another tool's description.",
    subcommands: [ImportIster.self, ImportBlueprint.self])
}

/// `image-factory import ister TEMPLATE.json`
struct ImportIster: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ister", abstract: "Import a template of Clear Linux's ister.")

  @OptionGroup var options: ImportOptions

  func run() throws { try options.run(ConfigImport.ister) }
}

/// `image-factory import blueprint FILE.toml`
struct ImportBlueprint: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "blueprint", abstract: "Import a blueprint of osbuild-composer.")

  @OptionGroup var options: ImportOptions

  func run() throws { try options.run(ConfigImport.blueprint) }
}

/// What all imports have in common.
struct ImportOptions: ParsableArguments {
  @Argument(help: "The file to import.")
  var file: String

  @Option(name: .long, help: "The image's name; default: the description's own, or the file's.")
  var name: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Write the configuration here and the scripts and files it names beside it; '-' prints all.", valueName: "file"))
  var output = "-"

  @Flag(name: .long, help: "Replace files that exist.")
  var force = false

  @Flag(name: .long, help: "Print findings as JSON, for machines.")
  var json = false

  /// Longer ones are no descriptions of an image.
  private static let largest = 10 << 20

  /// Imports, reports what was found, and writes; throws all findings when there is an error among them.
  func run(_ convert: (String, ImportRequest) -> ImportedConfig) throws {
    let bytes = try read()
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw FactoryError(.configInvalid, "'\(file.printable)' is not UTF-8 text", hint: "name a text file")
    }
    let imported = convert(text, ImportRequest(file: file, name: name))
    if let error = FactoryError(imported.findings, of: "cannot import '\(file.printable)'") { throw error }
    Complaint.report(imported.findings, json: json)
    guard let config = imported.text else {
      throw FactoryError(.unexpected, "importing '\(file.printable)' gave no configuration")
    }
    if output == "-" { print(config, imported.files) } else { try write(config, imported.files) }
  }

  private func read() throws -> [UInt8] {
    do {
      return try AtomicFile.read(FilePath(file), limit: Self.largest)
    } catch let error as FactoryError {
      throw FactoryError(.configInvalid, error.message, hint: "name the file to import")
    }
  }

  /// One text that is a configuration still: what belongs beside it stands in comments.
  private func print(_ config: String, _ files: [(name: String, content: String)]) {
    Console.raw(config)
    for file in files {
      Console.out("\n# ---- \(file.name.printable): --output writes it beside the configuration")
      for line in file.content.split(separator: "\n", omittingEmptySubsequences: false) {
        Console.out("# \(line.printable)")
      }
    }
  }

  private func write(_ config: String, _ files: [(name: String, content: String)]) throws {
    let target = FilePath(output)
    let folder = target.removingLastComponent()
    var all: [(path: FilePath, content: String)] = []
    for file in files {
      guard let name = FilePath.Component(file.name), name.kind == .regular else {
        throw FactoryError(.configInvalid, "'\(file.name.printable)' cannot be the name of a file", hint: "use --name")
      }
      all.append((folder.appending(name), file.content))
    }
    // Last, so that a configuration that is there has all it names.
    all.append((target, config))
    let present = force ? [] : all.map(\.path).filter { Self.exists($0) }
    if !present.isEmpty {
      let names = present.map { "'\($0.string.printable)'" }.joined(separator: ", ")
      throw FactoryError(.usage, "already there: \(names)", hint: "use another --output, or --force to replace")
    }
    for file in all {
      try write(file.content, to: file.path)
      // On standard error: what is imported may be read by a script.
      if !json { Console.err("wrote \(file.path.string.printable)") }
    }
  }

  /// For the owner only: passwords' hashes may be in it.
  private func write(_ text: String, to path: FilePath) throws {
    if force { return try AtomicFile.write(text, to: path, mode: 0o600) }
    do {
      let descriptor = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: .ownerReadWrite)
      do {
        try descriptor.closeAfter { _ = try descriptor.writeAll(text.utf8) }
      } catch {
        // Ours, and a part of it only.
        try? FileManager.default.removeItem(atPath: path.string)
        throw error
      }
    } catch let error as Errno {
      throw FactoryError(
        .hostNotReady, "cannot write '\(path.string.printable)': \(error.description.lowercased())",
        hint: "name another --output")
    }
  }

  /// Whether there is anything of that name, a dangling link included.
  private static func exists(_ path: FilePath) -> Bool {
    var status = stat()
    return lstat(path.string, &status) == 0
  }
}
