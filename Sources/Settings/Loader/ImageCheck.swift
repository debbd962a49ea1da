import Model

/// What can be wrong with an image although each of its values is right.
struct ImageCheck {
  let draft: ImageDraft
  let name: String
  let header: SourceLocation?
  /// Settings whose values are wrong; nothing is concluded from their absence.
  let failed: Set<String>

  private var config: ImageConfig { draft.config }

  func run(into findings: inout [Finding]) {
    checkInstaller(&findings)
    checkAnswerFile(&findings)
    checkUsers(&findings)
    checkPartitions(&findings)
  }

  private func at(_ keys: String...) -> SourceLocation? {
    keys.lazy.compactMap { config.origins[$0] }.first ?? header
  }

  private func checkInstaller(_ findings: inout [Finding]) {
    let source = config.source
    if !source.image.isEmpty, source.kernel.isEmpty, source.initrd.isEmpty,
      failed.isDisjoint(with: ["kernel", "initrd"])
    {
      findings.append(
        .config(
          "[\(name.printable)] has an 'installer-image' but no kernel to boot it with",
          hint:
            "write 'kernel = iso:/casper/vmlinuz' and 'initrd = iso:/casper/initrd', or where they are in this image",
          at: at("installer-image")))
    } else if let member = (source.kernel + source.initrd).first(where: { $0.hasPrefix("iso:") }), source.image.isEmpty,
      source.imagePath == nil, failed.isDisjoint(with: ["installer-image", "image-path"])
    {
      findings.append(
        .config(
          "[\(name.printable)] takes '\(member.printable)' out of an image and names none",
          hint: "set 'installer-image', or 'image-path'", at: at("kernel", "initrd")))
    } else if !failed.isDisjoint(with: ["kernel", "initrd"]) {
      return
    } else if source.kernel.isEmpty != source.initrd.isEmpty {
      let (there, missing) = source.kernel.isEmpty ? ("initrd", "kernel") : ("kernel", "initrd")
      findings.append(
        .config("[\(name.printable)] sets '\(there)' but not '\(missing)'", hint: "set both or none", at: at(there)))
    } else if source.kernel.isEmpty, config.distribution.isEmpty, draft.inherits.isEmpty {
      findings.append(
        .config(
          "[\(name.printable)] names no installer", hint: "write 'inherits = debian', or set 'kernel' and 'initrd'",
          at: header))
    }
    if source.choice == .pinned, !source.depot {
      findings.append(
        .config(
          "[\(name.printable)] asks for the pinned installer without the depot, which serves its components",
          hint: "set 'depot = yes', or 'installer = current'", at: at("depot", "installer")))
    }
    if source.choice == .pinned, source.trust != "debian-archive", !failed.contains("trust") {
      findings.append(
        .config(
          "[\(name.printable)] asks for a pinned installer, which is Debian's, and has 'trust = \(source.trust)'",
          hint: "set 'installer = auto' or 'current'", at: at("installer")))
    } else if source.choice == .pinned, source.pin == nil, !failed.contains("pin") {
      findings.append(
        .config(
          "[\(name.printable)] asks for the pinned installer but names none", hint: "set 'pin'", at: at("installer")))
    }
  }

  private func checkAnswerFile(_ findings: inout [Finding]) {
    let own = config.answerFile.own.keys.sorted()
    if own.count > 1 {
      findings.append(
        .config(
          "[\(name.printable)] has more than one answer file: \(own.map { "'\($0)'" }.joined(separator: " and "))",
          hint: "keep one; an empty value takes an inherited one back", at: at(own[1], own[0])))
    }
    let isFormatKnown = failed.isDisjoint(with: ["answer-format", "preseed", "kickstart", "autoyast"])
    if !config.source.kernel.isEmpty, isFormatKnown, own.isEmpty, config.answerFile.format.isEmpty {
      findings.append(
        .config(
          "[\(name.printable)] names kernel and initrd but no answer file",
          hint: "set 'preseed', 'kickstart' or 'autoyast' to a file, or 'answer-format'", at: header))
    }
  }

  private func checkUsers(_ findings: inout [Finding]) {
    var uids: [Int: String] = [:]
    for user in config.answers.users {
      if !NameRule.isLogin(user.name) || user.name == "root" {
        findings.append(
          .config(
            "'\(user.name.printable)' cannot be a user's name",
            hint: user.name == "root"
              ? "root has 'root-password-hash' and 'root-password-file'"
              : "a small letter, then small letters, digits, _ and -",
            at: at("users")))
      }
      if let uid = user.uid, let other = uids.updateValue(user.name, forKey: uid) {
        findings.append(
          .config(
            "users '\(other)' and '\(user.name)' of [\(name.printable)] have the same uid \(uid)", at: at("users")))
      }
    }
  }

  private func checkPartitions(_ findings: inout [Finding]) {
    func report(_ message: String, _ hint: String, about partition: PartitionRequest? = nil) {
      let place = partition.flatMap { config.origins["partition:\($0.name)"] } ?? at("partitions")
      findings.append(.config("\(message) in the partitions of [\(name.printable)]", hint: hint, at: place))
    }
    let partitions = config.answers.disk.partitions
    let mounts = partitions.compactMap(\.mountPoint)
    if !mounts.contains("/") { report("nothing is mounted at '/'", "give one partition 'mount-point = /'") }
    if let twice = mounts.first(where: { mount in mounts.count { $0 == mount } > 1 }) {
      report(
        "'\(twice)' is mounted twice", "change one mount point", about: partitions.last { $0.mountPoint == twice })
    }
    let takers = partitions.filter { $0.size == nil && $0.volumeGroup == nil }
    if takers.count > 1 {
      report("more than one takes the rest of the disk", "give all but one a 'size'", about: takers.last)
    }
    for partition in partitions where (partition.fileSystem == .swap) == (partition.mountPoint != nil) {
      let isSwap = partition.fileSystem == .swap
      report(
        "'\(partition.name)' \(isSwap ? "is swap and has a mount point" : "has no mount point")",
        isSwap ? "remove 'mount-point'" : "set 'mount-point', or 'file-system = swap'", about: partition)
    }
    let wanted = partitions.reduce(Int64(0)) { $0.addingReportingOverflow($1.size?.bytes ?? 0).partialValue }
    if wanted >= config.disk.size.bytes, !partitions.allSatisfy({ $0.size == nil }) {
      report(
        "\(ByteSize(bytes: wanted)) do not fit into the disk of \(config.disk.size)",
        "raise 'image-size' or lower a 'size'")
    }
  }
}
