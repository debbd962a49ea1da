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
    if !source.kernel.isEmpty, !source.initrd.isEmpty {
      return await withImage(configured(config, mirrors, workFolder), config, mirrors, workFolder)
    }
    let places = source.installerMirrors.isEmpty ? mirrors.main : source.installerMirrors
    guard !places.isEmpty else {
      return Choice(findings: [
        .config(
          "'\(config.name)' says neither 'linux' and 'initrd' nor a mirror to take an installer from",
          hint: "set 'inherits = debian', or 'linux' and 'initrd'", at: config.origins["linux"])
      ])
    }
    var request = TrustRequest(mirrors: places, config: config, host: host, cacheFolder: cacheFolder(config))
    let chain: any TrustChain
    do {
      chain = try TrustChains.chain(for: source)
      request.mirrors = try await chain.ordered(places, request)
    } catch {
      return Choice(findings: [
        Finding(
          .error, (error as? FactoryError)?.status ?? .fetchFailed, describe(error),
          hint: (error as? FactoryError)?.hint, at: config.origins["mirror"])
      ])
    }
    // Files of an installer from elsewhere say nothing about which package mirror is the better one.
    let ordered =
      source.installerMirrors.isEmpty ? Mirrors(main: request.mirrors, security: mirrors.security) : mirrors
    var choice = await choose(request, chain, ordered, workFolder)
    choice.mirrors = ordered
    return choice
  }

  private func choose(
    _ request: TrustRequest, _ chain: any TrustChain, _ mirrors: Mirrors, _ workFolder: FilePath
  ) async -> Choice {
    let config = request.config
    if config.source.choice == .pinned, !chain.canBePinned {
      return Choice(findings: [
        .config(
          "'installer = pinned' is for Debian's installer, '\(config.name)' has 'trust = \(config.source.trust)'",
          hint: "set 'installer = auto' or 'current'", at: config.origins["installer"])
      ])
    }
    if config.source.choice == .pinned {
      return await pinned(config, mirrors, workFolder, reason: "as configured")
    }
    do {
      return try await current(request, chain, workFolder)
    } catch {
      return await withoutCurrent(error, config, chain, mirrors, workFolder)
    }
  }

  private func cacheFolder(_ config: ImageConfig) -> FilePath { config.source.cacheFolder ?? host.facts.cacheFolder }

  private func downloader(_ config: ImageConfig) -> any Downloader {
    host.downloader(cacheFolder(config))
  }

  /// `auto` falls back to the pin, where there is one, and says why; `current` does not.
  private func withoutCurrent(
    _ error: any Error, _ config: ImageConfig, _ chain: any TrustChain, _ mirrors: Mirrors, _ workFolder: FilePath
  ) async -> Choice {
    let reason = describe(error)
    let source = config.source
    if chain.canBePinned, source.choice == .auto, source.pin != nil, source.depot {
      return await pinned(config, mirrors, workFolder, reason: reason)
    }
    let known = error as? FactoryError
    var hint = known?.hint
    if chain.canBePinned {
      hint =
        source.choice == .current
        ? "set 'installer = auto' or 'pinned', or name another mirror"
        : source.depot ? "name a mirror that has it, or a pin" : "set 'depot = yes', which the pinned installer needs"
    }
    let message = "the mirror's installer for '\(config.name)' cannot be used: \(reason)"
    return Choice(findings: [
      Finding(
        .error, known?.status ?? .fetchFailed, message, hint: hint, at: known?.location ?? config.origins["installer"])
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
    if !source.image.isEmpty {
      let image = fetch(source.image, source.imageSHA256, "installer.iso")
      choice.plan?.image = image
      func isMember(_ sources: [String]) -> Bool { sources.contains { $0.hasPrefix("iso:") } }
      if isMember(source.kernel) { choice.plan?.kernel.trust = "in the image: \(image.trust)" }
      if isMember(source.initrd) { choice.plan?.initrd.trust = "in the image: \(image.trust)" }
    }
    for (sources, digest, key) in [
      (source.kernel, source.kernelSHA256, "linux"), (source.initrd, source.initrdSHA256, "initrd"),
      (source.image, source.imageSHA256, "installer-image"),
    ] where digest == nil && sources.contains(where: { $0.hasPrefix("http:") || $0.hasPrefix("rsync:") }) {
      choice.findings.append(
        .warning(
          "'\(key)' comes over an unprotected connection and nothing says what it must be",
          hint: "set '\(key)-sha256'", at: config.origins[key]))
    }
    return choice
  }

  /// Kernel and initrd out of an image (`iso:PATH`) are worth what the image is: its digest comes by the chain of trust.
  private func withImage(
    _ configured: Choice, _ config: ImageConfig, _ mirrors: Mirrors, _ workFolder: FilePath
  ) async -> Choice {
    let source = config.source
    guard (source.kernel + source.initrd).contains(where: { $0.hasPrefix("iso:") }), source.imagePath != nil,
      source.image.isEmpty
    else { return configured }
    let places = source.installerMirrors.isEmpty ? mirrors.main : source.installerMirrors
    var request = TrustRequest(mirrors: places, config: config, host: host, cacheFolder: cacheFolder(config))
    do {
      let chain = try TrustChains.chain(for: source)
      request.mirrors = try await chain.ordered(places, request)
      guard let image = try await chain.image(request) else { return configured }
      var choice = configured
      choice.plan?.image = FetchPlan(
        sources: request.mirrors.map { "\($0)/\(image.path)" }, sha256: image.sha256, trust: image.trust,
        target: workFolder.appending("installer.iso"), timeLimitSeconds: Int(source.fetchTimeout.seconds))
      choice.plan?.image?.sha512 = image.sha512
      choice.plan?.image?.size = image.size
      choice.plan?.reason = "kernel and initrd of '\(FilePath(image.path).lastComponent?.string ?? image.path)'"
      choice.plan?.kernel.trust = "in the image: \(image.trust)"
      choice.plan?.initrd.trust = "in the image: \(image.trust)"
      return choice
    } catch {
      let known = error as? FactoryError
      return Choice(findings: [
        Finding(
          .error, known?.status ?? .fetchFailed,
          "the installer's image for '\(config.name)' cannot be used: \(describe(error))", hint: known?.hint,
          at: known?.location ?? config.origins["image-path"])
      ])
    }
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
    _ request: TrustRequest, _ chain: any TrustChain, _ workFolder: FilePath
  ) async throws -> Choice {
    let installer = try await chain.installer(request)
    func fetch(_ file: TrustedFile, _ target: String) -> FetchPlan {
      var plan = FetchPlan(
        sources: request.mirrors.map { "\($0)/\(file.path)" }, sha256: file.sha256, trust: file.trust,
        target: workFolder.appending(target), timeLimitSeconds: Int(request.source.fetchTimeout.seconds))
      plan.sha512 = file.sha512
      plan.size = file.size
      return plan
    }
    var plan = InstallerPlan(
      kind: .current, reason: installer.reason, kernel: fetch(installer.kernel, "linux"),
      initrd: fetch(installer.initrd, "initrd"))
    plan.stage2 = installer.stage2.map { fetch($0, "stage2.img") }
    plan.listing = installer.listing
    return Choice(plan: plan, findings: installer.findings)
  }
}
