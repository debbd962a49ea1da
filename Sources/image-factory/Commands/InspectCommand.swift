import ArgumentParser
import Foundation
import Model
import Pipeline
import Settings
import SystemPackage

/// `image-factory inspect FILE`: what is on a disk, and what the clean-up would take from it.
struct InspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show what is on a disk image, and what the clean-up would remove.",
    discussion: """
      Raw images are only read. A qcow2, vmdk, vhdx or vdi is converted into a scratch file first. Needs neither root nor libvirt.
      """)

  @Argument(help: "The image file.") var file: String
  @OptionGroup var options: ConfigOptions

  @Option(
    name: .long, help: "The image whose clean-up rules are used; default: the one of the distribution that is found.")
  var image: String?

  func run() async throws {
    let loaded = try options.load()
    let named = try image.map { try options.config(for: $0, in: loaded).config }
    let path = FinishCommand.absolute(file)
    try await Stoppable.withHost(json: options.json) { host in
      let result = try await Inspector(host: host).inspect(path) { distribution, release in
        named ?? InspectRules.config(distribution: distribution, release: release, in: loaded)
      }
      Console.out(options.json ? EncodedJSON.document(result) : InspectText.text(result))
    }
  }
}

/// The image whose rules fit a disk: of its distribution and, where there is one, of its release.
enum InspectRules {
  static func config(distribution: String, release: String, in loaded: LoadedConfig) -> ImageConfig? {
    let all = loaded.images.compactMap { loaded.config(for: $0).config }.filter { $0.distribution == distribution }
    return all.first { $0.release == release } ?? all.last
  }
}
