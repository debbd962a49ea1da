import HostSystem
import Installers
package import Model
package import SystemPackage

/// Making a pin for an image: its mirror, its installer's suite, its keyring.
package enum Pinning {
  /// Writes the pin; throws ``FactoryError``.
  package static func make(
    _ name: String, for config: ImageConfig, in folder: FilePath, host: Host, tell: @Sendable (String) -> Void
  ) async throws {
    let cache = config.source.cacheFolder ?? host.facts.cacheFolder
    guard
      let mirror = Mirrors.choose(for: config.source, distribution: config.distribution, host: host.facts).main.first
    else {
      throw FactoryError(.configInvalid, "'\(config.name)' names no mirror", hint: "set 'mirror'")
    }
    let archive = try DebianArchive(
      mirror: mirror, suite: config.source.installerSuite ?? config.answers.archive.suite,
      source: config.source, host: host, cacheFolder: cache)
    let pin = try await PinMaker(archive: archive, host: host, cacheFolder: cache).make(name, in: folder, tell: tell)
    tell("\(folder.appending("\(name).pin")): \(pin.package), kernel \(pin.kernelVersion)")
  }
}
