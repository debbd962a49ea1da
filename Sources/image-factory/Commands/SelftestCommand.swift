import Settings
import ArgumentParser
import Foundation
import HostSystem
import Model
import Pipeline
import Settings
import SystemPackage

/// `image-factory selftest`: can this machine build images?
struct SelftestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest", abstract: "Try the whole pipeline on this machine with a miniature guest.",
    discussion:
      "Under two minutes without KVM, as any user; the network is needed only for the installer's kernel, once.")

  @Option(name: .long, help: ArgumentHelp("How the guest behaves: \(SelftestBehaviour.names).", valueName: "NAME"))
  var behaviour = "ok"

  @Option(name: .long, help: "Keep the image in this folder.")
  var keep: String?

  @Option(name: .long, help: "The image whose configuration is used.")
  var image = "debian-13"

  @Option(name: .long, help: "A URL that the guest fetches through the package depot, or 'auto'.")
  var fetch: String?

  @Flag(name: .long, help: "Publish to the image's own destinations, too, and run its commands.")
  var publish = false

  @Flag(name: .shortAndLong, help: "Show every line of the tools and of the guest.")
  var verbose = false

  @OptionGroup var options: ConfigOptions

  func run() async throws {
    let loaded = try options.load()
    let (config, warnings) = try options.config(for: image, in: loaded)
    var selected = Selftest.Options()
    selected.behaviour = try SelftestBehaviour.named(behaviour)
    selected.keep = keep.map { FilePath($0) }
    selected.fetch = fetch
    selected.publish = publish
    let choice = selected
    let begun = ContinuousClock.now
    try await Host.withReal { host in
      let scratch = try ScratchFolder(under: SelftestCommand.scratchBase, prefix: "image-factory-selftest")
      chmod(scratch.path.string, 0o711)
      try show(await CapabilityCheck(host: host).all(config, scratch: scratch.path))
      let report = try await Stoppable.run { stopStatus in
        try await Selftest(host: host, shippedFolder: loaded.shippedFolder, config: config).run(
          choice, scratch: scratch.path, stopStatus: stopStatus,
          onFindings: { Complaint.report(warnings + $0, json: options.json) },
          observer: ProgressView.observer(json: options.json, verbose: verbose))
      }
      try scratch.close()
      try Outcome.show(report, json: options.json)
      if !options.json {
        Console.out("this machine can build images (\((ContinuousClock.now - begun).timeSpan))")
      }
    }
  }

  private static var scratchBase: FilePath { FilePath(Console.environment("TMPDIR") ?? "/tmp") }

  /// Prints the capabilities; throws when one is missing.
  private func show(_ capabilities: [Capability]) throws {
    for capability in capabilities {
      if options.json {
        Console.out(EncodedJSON.line(capability))
        continue
      }
      let time = String(format: "%6.2f s", capability.seconds)
      let name = capability.name.padding(toLength: 19, withPad: " ", startingAt: 0)
      let state = capability.state.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
      Console.out("\(state)\(name)\(time)  \(capability.detail)")
      if let hint = capability.hint { Console.out("        hint: \(hint)") }
    }
    let missing = capabilities.filter { $0.state == .missing }
    guard missing.isEmpty else {
      throw FactoryError(
        .hostNotReady, "this machine lacks \(missing.map { "'\($0.name)'" }.joined(separator: ", "))",
        hint: missing.compactMap(\.hint).joined(separator: "; "))
    }
  }
}
