import HostSystem
import Installers
import Model
import SystemPackage

/// Decides which installer boots: the config's own kernel and initrd, the mirror's present one, or the pinned one.
struct InstallerChooser: Sendable {
  /// The decision; no plan means that the findings say why there is none.
  struct Choice: Sendable {
    var plan: InstallerPlan?
    var pinnedSuite: PinnedSuitePlan?
    /// The mirrors with those first that answered; nil: nobody asked them.
    var mirrors: Mirrors?
    var findings: [Finding] = []
  }

  let host: Host
  let shippedFolder: FilePath?

  func choose(for config: ImageConfig, mirrors: Mirrors, workFolder: FilePath) async -> Choice {
    let source = config.source
    if !source.kernel.isEmpty, !source.initrd.isEmpty { return configured(config, mirrors, workFolder) }
    guard !mirrors.main.isEmpty else {
      return Choice(findings: [
        .config(
          "'\(config.name)' says neither 'linux' and 'initrd' nor a mirror to take an installer from",
          hint: "set 'inherits = debian', or 'linux' and 'initrd'", at: config.origins["linux"])
      ])
    }
    let ordered: Mirrors
    do {
      ordered = try await MirrorProbe(downloader: downloader(config)).ordered(
        mirrors, suite: config.answers.archive.suite)
    } catch {
      return Choice(findings: [
        Finding(
          .error, .fetchFailed, describe(error), hint: (error as? FactoryError)?.hint, at: config.origins["mirror"])
      ])
    }
    var choice = await choose(config, ordered, workFolder)
    choice.mirrors = ordered
    return choice
  }

  private func choose(_ config: ImageConfig, _ mirrors: Mirrors, _ workFolder: FilePath) async -> Choice {
    if config.source.choice == .pinned {
      return await pinned(config, mirrors, workFolder, reason: "as configured")
    }
    do {
      return Choice(plan: try await current(config, mirrors, workFolder))
    } catch {
      return await withoutCurrent(error, config, mirrors, workFolder)
    }
  }

  private func downloader(_ config: ImageConfig) -> any Downloader {
    host.downloader(config.source.cacheFolder ?? host.facts.cacheFolder)
  }

  /// `auto` falls back to the pin and says why; `current` does not.
  private func withoutCurrent(
    _ error: any Error, _ config: ImageConfig, _ mirrors: Mirrors, _ workFolder: FilePath
  ) async -> Choice {
    let reason = describe(error)
    let source = config.source
    if source.choice == .auto, source.pin != nil, source.depot {
      return await pinned(config, mirrors, workFolder, reason: reason)
    }
    let hint =
      source.choice == .current
      ? "set 'installer = auto' or 'pinned', or name another mirror"
      : source.depot ? "name a mirror that has it, or a pin" : "set 'depot = yes', which the pinned installer needs"
    return Choice(findings: [
      Finding(
        .error, .fetchFailed, "the mirror's installer for '\(config.name)' cannot be used: \(reason)", hint: hint,
        at: config.origins["installer"])
    ])
  }

  private func configured(_ config: ImageConfig, _ mirrors: Mirrors, _ workFolder: FilePath) -> Choice {
    let source = config.source
    func fetch(_ sources: [String], _ digest: String?, _ name: String) -> FetchPlan {
      FetchPlan(
        sources: sources, mirrors: mirrors.main, sha256: digest,
        trust: digest == nil ? "unverified: the config names no digest" : "digest in the config",
        target: workFolder.appending(name), timeLimitSeconds: Int(source.fetchTimeout.seconds))
    }
    var choice = Choice(
      plan: InstallerPlan(
        kind: .configured, reason: "'linux' and 'initrd' are set",
        kernel: fetch(source.kernel, source.kernelSHA256, "linux"),
        initrd: fetch(source.initrd, source.initrdSHA256, "initrd")))
    for (sources, digest, key) in [
      (source.kernel, source.kernelSHA256, "linux"), (source.initrd, source.initrdSHA256, "initrd"),
    ] where digest == nil && sources.contains(where: { $0.hasPrefix("http:") || $0.hasPrefix("rsync:") }) {
      choice.findings.append(
        .warning(
          "'\(key)' comes over an unprotected connection and nothing says what it must be",
          hint: "set '\(key)-sha256'", at: config.origins[key]))
    }
    return choice
  }

  private func pinned(
    _ config: ImageConfig, _ mirrors: Mirrors, _ workFolder: FilePath, reason: String
  ) async -> Choice {
    let location = config.origins["pin"] ?? config.origins["installer"]
    if let own = config.answerFile.own.first {
      return Choice(findings: [
        .config(
          "the pinned installer needs answers that name its suite, and '\(own.key)' is your own file (\(reason))",
          hint: "set 'linux' and 'initrd', or use a mirror that has the release's present installer",
          at: config.origins[own.key] ?? location)
      ])
    }
    do {
      guard let name = config.source.pin else {
        throw FactoryError(.configInvalid, "'\(config.name)' names no pin", hint: "set 'pin = NAME'")
      }
      let (pin, folder) = try PinFolder(shipped: shippedFolder).load(name)
      try await probe(pin, named: name, in: folder, config, mirrors)
      func fetch(_ member: InstallerPin.Member, _ target: String) -> FetchPlan {
        FetchPlan(
          sources: ["deb:\(pin.package)#\(member.path)"], mirrors: mirrors.main, sha256: member.sha256,
          packageSHA256: pin.packageSHA256, trust: "pin '\(name)'", target: workFolder.appending(target),
          timeLimitSeconds: Int(config.source.fetchTimeout.seconds))
      }
      return Choice(
        plan: InstallerPlan(
          kind: .pinned, reason: reason, kernel: fetch(pin.kernel, "linux"), initrd: fetch(pin.initrd, "initrd")),
        pinnedSuite: PinnedSuitePlan(
          name: pin.pinnedSuite, index: folder.appending(pin.index), indexSHA256: pin.indexSHA256,
          publicKey: workFolder.appending("answers").appending(Rendering.pinnedKeyFile)))
    } catch let error as FactoryError {
      return Choice(findings: [
        Finding(.error, error.status, error.message, hint: error.hint, at: error.location ?? location)
      ])
    } catch {
      return Choice(findings: [.config(describe(error), at: location)])
    }
  }

  /// A pin is worth nothing on a mirror that has thrown its files away: known in a second, not in the middle of an installation.
  private func probe(
    _ pin: InstallerPin, named name: String, in folder: FilePath, _ config: ImageConfig, _ mirrors: Mirrors
  ) async throws {
    let scratch = try ScratchFolder(under: FilePath(Host.temporaryFolder), prefix: "image-factory-pin")
    let text = try await Unpacking.xz(folder.appending(pin.index), in: scratch.path, runner: host.runner)
    let closure = UdebClosure(index: try DebianPackagesIndex(text), kernelVersion: pin.kernelVersion)
    let paths = [pin.package] + closure.packages.map(\.path)
    let missing = await MirrorProbe(downloader: downloader(config)).missing(paths, on: mirrors.main[0])
    guard let first = missing.first else { return }
    throw FactoryError(
      .fetchFailed,
      "the mirror lacks \(missing.count) of the \(paths.count) files of the pin '\(name)', '\(first)' among them",
      hint: "name another mirror, or make a new pin with 'image-factory pin'")
  }

  private func current(
    _ config: ImageConfig, _ mirrors: Mirrors, _ workFolder: FilePath
  ) async throws -> InstallerPlan {
    let mirror = mirrors.main[0]
    let suite = config.source.installerSuite ?? config.answers.archive.suite
    let archive = try DebianArchive(
      mirror: mirror, suite: suite, keyring: config.source.keyring, host: host,
      cacheFolder: config.source.cacheFolder ?? host.facts.cacheFolder)
    let images = try await archive.netbootImages()
    try await archive.probe(images)
    func fetch(_ image: DebianArchive.Image, _ target: String) -> FetchPlan {
      FetchPlan(
        sources: mirrors.main.map { "\($0)/\(image.path)" }, sha256: image.sha256,
        trust: "InRelease of \(suite)", target: workFolder.appending(target),
        timeLimitSeconds: Int(config.source.fetchTimeout.seconds))
    }
    return InstallerPlan(
      kind: .current, reason: "the mirror has all of \(images.components.count) installer components",
      kernel: fetch(images.kernel, "linux"), initrd: fetch(images.initrd, "initrd"))
  }
}
