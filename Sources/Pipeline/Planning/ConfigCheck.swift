import HostSystem
import DiskImages
import Model

/// What a typed config can get wrong though each of its values is right: settings that exclude or need each other.
enum ConfigCheck {
  static func findings(of config: ImageConfig) -> [Finding] {
    var findings: [Finding] = []
    func at(_ keys: String...) -> SourceLocation? { keys.lazy.compactMap { config.origins[$0] }.first }

    if config.source.choice == .pinned, !config.source.depot {
      findings.append(
        .config(
          "'installer = pinned' needs the package depot, which 'depot = no' turns off",
          hint: "remove one of the two settings", at: at("depot", "installer")))
    }
    let mirror = config.source.mirrors.first ?? config.source.defaultMirror
    if config.source.depot, config.distribution != "debian", config.answerFile.own.isEmpty, mirror.hasPrefix("https:") {
      findings.append(
        .config(
          "the guest of '\(config.name)' would ask the depot for a tunnel to '\(SourceURL.shown(mirror))', which it does not give",
          hint: "set 'depot = no', or a mirror with http:", at: at("depot", "mirror")))
    }
    if config.source.kernel.isEmpty != config.source.initrd.isEmpty {
      findings.append(
        .config(
          "'linux' and 'initrd' belong together, only one is set", hint: "set both or neither",
          at: at("linux", "initrd")))
    }
    if config.answerFile.own.count > 1 {
      let names = config.answerFile.own.keys.sorted().map { "'\($0)'" }.joined(separator: " and ")
      findings.append(
        .config(
          "\(names) are set, an installation takes one answer file",
          at: config.answerFile.own.keys.sorted().lazy.compactMap { config.origins[$0] }.first))
    }
    for (name, path) in config.answerFile.own where !ReadableFile.isReadable(path) {
      findings.append(
        .config("cannot read the answer file '\(path)' of '\(name)'", at: config.origins[name]))
    }
    for destination in config.publishing.destinations where Uploaders.named(destination.type) == nil {
      findings.append(
        .config(
          "unknown upload-type '\(destination.type)' in [\(destination.name)]",
          hint: "known: \(Uploaders.names.joined(separator: ", "))", at: destination.location))
    }
    if let vnc = config.machine.vnc, let address = VNCAddress(vnc), !address.isLocal {
      findings.append(
        .warning(
          "'vnc = \(vnc)' lets everybody who reaches this address see and type into the installation",
          hint: "use 127.0.0.1 and an ssh tunnel", at: at("vnc")))
    }
    findings += formats(of: config) + memory(of: config) + updates(of: config)
    if config.name.hasPrefix("-") || config.name.contains("/") || config.name.contains(",") {
      findings.append(.config("the image name '\(config.name)' cannot be the start of a file name"))
    }
    return findings
  }

  /// An installer with too little memory stops after minutes, in words of its own or in none.
  static func memory(of config: ImageConfig) -> [Finding] {
    guard let least = config.machine.leastMemory, config.machine.memory < least else { return [] }
    return [
      .config(
        "'ram = \(config.machine.memory)' is less than the installer of '\(config.name)' needs, which is \(least)",
        hint: "raise 'ram'; 'least-ram' says what is needed",
        at: config.origins["ram"] ?? config.origins["least-ram"])
    ]
  }

  /// Updates that are wanted, and no place is known that they come from.
  static func updates(of config: ImageConfig) -> [Finding] {
    let (source, answers) = (config.source, config.answers)
    guard answers.archive.updates, config.answerFile.own.isEmpty, answers.ostree == nil,
      source.securityMirror == nil, source.defaultSecurityMirror == nil, source.updateMirrors.isEmpty,
      // Ubuntu's mirrors have the updates themselves; Debian's may be the host's.
      !["", "autoinstall"].contains(config.answerFile.format), config.distribution != "debian",
      // Written down as empty: the mirror itself is kept up to date.
      config.origins["security-mirror"] == nil, config.origins["default-security-mirror"] == nil
    else { return [] }
    return [
      .warning(
        "'updates = yes' has no effect in '\(config.name)': where its updates are is not known",
        hint: "set 'security-mirror', empty when the mirror itself has them, or 'updates = no'",
        at: config.origins["updates"])
    ]
  }

  /// What is wrong with the formats and what is asked of them.
  static func formats(of config: ImageConfig) -> [Finding] {
    if config.disk.formats.isEmpty {
      return [.config("no disk format is asked for", hint: "set 'format'", at: config.origins["format"])]
    }
    guard config.disk.formats.contains("qcow2") else { return [] }
    do {
      try Qcow2().validate(config.disk.qcow2)
      return []
    } catch {
      let hint = (error as? DiskImageError)?.hint
      let keys = ["qcow2-cluster-size", "qcow2-compression", "qcow2-compat"]
      return [.config("\(error)", hint: hint, at: keys.lazy.compactMap { config.origins[$0] }.first)]
    }
  }
}
