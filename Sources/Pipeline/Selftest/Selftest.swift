import Foundation
import HostSystem
import Installers
package import MiniatureGuest
package import Model
package import SystemPackage

/// Can this machine build images? The whole pipeline with a miniature guest in the place of a distribution's installer.
package struct Selftest: Sendable {
  private let host: Host
  private let shippedFolder: FilePath?
  /// A real image's config, of which everything is used but the installer.
  private let config: ImageConfig

  package init(host: Host, shippedFolder: FilePath?, config: ImageConfig) {
    self.host = host
    self.shippedFolder = shippedFolder
    self.config = config
  }

  /// What the self-test is run with.
  package struct Options: Sendable {
    /// How the guest behaves; anything but `ok` is for looking at how failures are reported.
    package var behaviour = MiniatureBehaviour.ok
    /// Where the image is left; nil: it is removed.
    package var keep: FilePath?
    /// What the guest fetches through the depot before it installs; nil: it does not use the network.
    package var fetch: String?
    /// Publishes to the image's own destinations and runs its commands, instead of an upload to a local folder.
    package var publish = false

    package init() {}
  }

  /// Runs the pipeline; throws ``FactoryError`` when it cannot start.
  package func run(
    _ options: Options, scratch: FilePath, stopStatus: @escaping @Sendable () -> ExitStatus,
    onFindings: @Sendable ([Finding]) -> Void, observer: @escaping BuildObserver
  ) async throws -> BuildReport {
    let (kernel, initrd) = try await guest(in: scratch)
    let output = options.keep ?? scratch.appending("images")
    let uploads = output.appending("uploaded")
    try Folder.create(uploads)
    let builder = Builder(host: host, shippedFolder: shippedFolder)
    return try await builder.build(
      miniature(options, kernel: kernel, initrd: initrd, output: output, uploads: uploads), hookEnvironment: [:],
      stopStatus: stopStatus, onFindings: onFindings, observer: observer)
  }

  /// The config of the test's image: the distribution's own with a small disk, the miniature's installer and a local upload.
  private func miniature(
    _ options: Options, kernel: FilePath, initrd: FilePath, output: FilePath, uploads: FilePath
  ) -> ImageConfig {
    var config = config
    config.name = "selftest"
    config.description = "the self-test's miniature"
    config.source.kernel = [kernel.string]
    config.source.initrd = [initrd.string]
    config.source.choice = .auto
    config.source.pin = nil
    config.answerFile.append += options.behaviour.kernelArguments(fetch: options.fetch)
    config.disk.size = .mebibytes(256)
    config.disk.formats = ["qcow2"]
    config.disk.outputFolder = output
    config.machine.memory = .mebibytes(512)
    // That is the distribution's installer's, not the miniature's.
    config.machine.leastMemory = nil
    config.disk.workFolder = nil
    config.log.file = true
    config.log.fileName = nil
    if !options.publish {
      // Not to the destinations of the real image, and none of its commands: this is no image to be published.
      config.publishing = Publishing()
      config.publishing.destinations = [
        UploadDestination(name: "selftest", type: "rsync", target: uploads.string + "/")
      ]
    }
    return config
  }

  /// Kernel and initrd of the miniature, made from the pinned installer in the cache.
  private func guest(in scratch: FilePath) async throws -> (kernel: FilePath, initrd: FilePath) {
    guard let name = config.source.pin else {
      throw FactoryError(
        .configInvalid, "'\(config.name)' names no pin to take the self-test's kernel from", hint: "set 'pin'")
    }
    let (pin, folder) = try PinFolder(shipped: shippedFolder).load(name)
    let mirrors = Mirrors.choose(for: config.source, distribution: config.distribution, host: host.facts).main
    let downloads = host.downloader(config.source.cacheFolder ?? host.facts.cacheFolder)
    func fetch(_ path: String, _ member: String, package: String, digest: String?) async throws -> FilePath {
      try await downloads.fetch(
        SourceRequest(
          name: "'\(member)'", urls: ["deb:\(path)#\(member)"], mirrors: mirrors, sha256: digest,
          packageSHA256: package), progress: nil
      ).path
    }
    let kernel = try await fetch(
      pin.package, pin.kernel.path, package: pin.packageSHA256, digest: pin.kernel.sha256)
    let initrd = try await fetch(
      pin.package, pin.initrd.path, package: pin.packageSHA256, digest: pin.initrd.sha256)
    let index = try DebianPackagesIndex(
      try await Unpacking.xz(folder.appending(pin.index), in: scratch, runner: host.runner))
    // The netboot initrd has no driver for a virtio disk: the installer loads it from this component.
    guard let drivers = index.named("scsi-modules-\(pin.kernelVersion)-di").first else {
      throw FactoryError(.configInvalid, "the pin '\(name)' names no disk drivers for the kernel \(pin.kernelVersion)")
    }
    let module = try await fetch(
      drivers.path, "lib/modules/\(pin.kernelVersion)/kernel/drivers/block/virtio_blk.ko.xz",
      package: drivers.sha256, digest: nil)
    // Known by its name to the miniature's maker, not by the cache's.
    let named = scratch.appending("virtio_blk.ko.xz")
    try AtomicFile.write(try AtomicFile.read(module), to: named, mode: 0o644)
    let made = scratch.appending("miniature-initrd")
    let runner = host.runner
    _ = try await MiniatureInitrd.make(
      from: initrd, tools: .find(), modules: [named], scratch: scratch, to: made,
      run: { command in try await runner.succeed(command, failing: .hostNotReady) })
    return (kernel, made)
  }
}
