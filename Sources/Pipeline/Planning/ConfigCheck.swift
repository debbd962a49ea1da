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
    if let vnc = config.machine.vnc, !["127.", "localhost", "::1", "[::1]"].contains(where: vnc.hasPrefix) {
      findings.append(
        .warning(
          "'vnc = \(vnc)' lets everybody who reaches this address see and type into the installation",
          hint: "use 127.0.0.1 and an ssh tunnel", at: at("vnc")))
    }
    findings += formats(of: config)
    if config.name.hasPrefix("-") || config.name.contains("/") || config.name.contains(",") {
      findings.append(.config("the image name '\(config.name)' cannot be the start of a file name"))
    }
    return findings
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
