import ArgumentParser
import Foundation
import Model
import Pipeline
import Settings
import SystemPackage

/// The options that say which configuration is read; every command that reads one has them.
struct ConfigOptions: ParsableArguments {
  @Option(name: .long, help: "Read this file instead of /etc/image-factory.conf and the user's.")
  var config: [String] = []

  @Option(name: .long, help: "Folder of the shipped configuration.")
  var configs: String?

  @Flag(name: .long, help: "Leave the shipped configuration out.")
  var noShipped = false

  // The attributes are settings, and so flags already: `--product P` is `--set product=P`.
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Read the layers of eos-image-builder below this checkout. --product, --branch, --arch, --platform and --personality name the image.",
      valueName: "checkout"))
  var tree: String?

  @Option(name: .long, help: ArgumentHelp("A second tree over that of --tree.", valueName: "dir"))
  var localdir: String?

  @Option(name: .customLong("set"), help: ArgumentHelp("Override a setting.", valueName: "KEY=VALUE"))
  var overrides: [String] = []

  @Flag(name: .long, help: "Unknown settings are errors.")
  var strict = false

  @Flag(name: .long, help: "Print JSON, for machines.")
  var json = false

  /// Reads the configuration; throws ``FactoryError`` for a command line that makes no sense.
  ///
  /// - Parameter further: overrides after those of the command line.
  func load(_ further: [Override] = []) throws -> LoadedConfig {
    var request = LoaderRequest(host: .current(), kinds: Kinds.known)
    request.configFiles = config.map { FilePath($0) }
    request.configsFolder = configs.map { FilePath($0) }
    request.shipped = !noShipped
    request.strict = strict
    request.overrides = try overrides.map { try Override.parse($0).get() } + further
    if let tree {
      request.tree = TreeRequest(checkout: FilePath(tree), localFolder: localdir.map { FilePath($0) })
    } else if localdir != nil {
      throw FactoryError(.usage, "'--localdir' is nothing without a tree", hint: "name the checkout with --tree")
    }
    return ConfigLoader.load(request)
  }

  /// The typed config of an image and its warnings; throws all findings together when there is an error among them.
  func config(for image: String, in loaded: LoadedConfig) throws -> (config: ImageConfig, findings: [Finding]) {
    let (config, own) = loaded.config(for: image)
    let findings = loaded.allFindings(of: config == nil && own.isEmpty ? [] : [image])
    if let error = FactoryError(findings, of: "cannot build '\(image)'") { throw error }
    guard let config else {
      throw FactoryError(
        .configInvalid, "unknown image '\(image)'",
        hint: loaded.images.isEmpty
          ? "no image is configured; is the folder 'configs' there?" : "known: \(loaded.images.joined(separator: ", "))"
      )
    }
    return (config, findings)
  }
}

/// The image that a command is about.
struct ImageArgument: ParsableArguments {
  @Argument(help: "The image; default: the environment variable IMAGE.")
  var image: String?

  /// The image's name; throws a usage error when none is given.
  ///
  /// With a tree its attributes are the name, and the environment variable is of no interest.
  func name(in loaded: LoadedConfig, _ options: ConfigOptions) throws -> String {
    if options.tree != nil, let own = loaded.images.first {
      guard let image, image != own else { return own }
      throw FactoryError(
        .usage, "'\(image.printable)' is not the image that the tree's attributes name, '\(own.printable)'",
        hint: "leave the name out, or change --product, --branch, --arch, --platform or --personality")
    }
    if let name = image ?? Console.environment("IMAGE"), !name.isEmpty { return name }
    throw FactoryError(
      .usage, "no image is named", hint: "image-factory IMAGE; 'image-factory list' shows the images")
  }
}
