import Model

/// The disk's layout: `zerombr`, `clearpart`, `part`, `volgroup`, `logvol`, `btrfs`.
///
/// Sizes are whole MiB. Where on the disk a partition comes is Anaconda's choice: what boots first, then the larger before the
/// smaller, what takes the rest last. (`partition_compare` of blivet 3.13)
struct KickstartPartitioning {
  private let request: RenderRequest
  private let dialect: KickstartDialect
  private let layout: PartitionLayout
  private let disk: String

  init(_ request: RenderRequest, _ dialect: KickstartDialect) throws {
    self.request = request
    self.dialect = dialect
    layout = try PartitionLayout(request)
    let name = request.disk.hasPrefix("/dev/") ? String(request.disk.dropFirst(5)) : request.disk
    guard AnswerGrammar.matches(name, AnswerGrammar.alphanumerics + "-_/", first: AnswerGrammar.letters) else {
      throw request.problem("disk", "'\(request.disk.printable)' is no disk")
    }
    disk = name
    try checkBoot()
    for file in layout.fileSystems where file.fileSystem == .btrfs {
      guard dialect.hasBtrfs else {
        throw problem(file, "\(dialect.rawValue) has no btrfs", hint: "use 'xfs' or 'ext4'")
      }
      guard file.volumeGroup == nil else {
        throw problem(file, "Kickstart cannot put btrfs on a logical volume", hint: "leave 'volume-group' out")
      }
    }
  }

  func add(to text: inout KickstartText) throws {
    let arguments = request.answers.kernelArguments
    for word in arguments where !AnswerGrammar.isKernelWord(word) {
      throw request.problem("kernel-arguments", "'\(word.printable)' cannot be written into the boot loader's settings")
    }
    var boot = [KickstartWord.plain("--location=mbr"), .plain("--boot-drive=\(disk)")]
    if !arguments.isEmpty {
      boot.append(try .option("--append", arguments.joined(separator: " "), from: "kernel-arguments", request))
    }
    try text.command("bootloader", boot)
    // Nothing but this disk may be touched.
    try text.command("ignoredisk", .plain("--only-use=\(disk)"))
    try text.command("zerombr")
    try text.command(
      "clearpart", .plain("--all"), .plain("--initlabel"), .plain("--disklabel=\(layout.label.rawValue)"),
      .plain("--drives=\(disk)"))
    for (index, partition) in layout.partitions.enumerated() { try add(partition, index + 1, to: &text) }
    for group in layout.groups { try add(group, to: &text) }
  }

  private func add(
    _ partition: PartitionLayout.Partition, _ number: Int, to text: inout KickstartText
  ) throws {
    let file = partition.request
    switch partition.role {
    case .biosBoot: try part("biosboot", fileSystem: "biosboot", partition, to: &text)
    case .efi: try part(PartitionLayout.espMountPoint, fileSystem: "efi", partition, to: &text)
    case .physicalVolume(let group): try part("pv.\(group)", fileSystem: nil, partition, to: &text)
    case .plain where file.fileSystem == .btrfs:
      try part("btrfs.\(number)", fileSystem: nil, partition, to: &text)
      try text.command(
        "btrfs",
        [.value(file.mountPoint ?? "none", from: "partition:\(file.name)", request)] + details(of: file)
          + [.plain("btrfs.\(number)")])
    case .plain:
      try part(file.mountPoint ?? "swap", fileSystem: file.fileSystem.rawValue, partition, to: &text)
    }
  }

  private func part(
    _ place: String, fileSystem: String?, _ partition: PartitionLayout.Partition, to text: inout KickstartText
  ) throws {
    var words = [try KickstartWord.value(place, from: "partition:\(partition.request.name)", request)]
    if let fileSystem { words.append(.plain("--fstype=\(fileSystem)")) }
    words += size(of: partition.request, as: fileSystem)
    words.append(.plain("--ondisk=\(disk)"))
    // Otherwise the fourth partition of an msdos label would become a logical one in an extended one.
    if layout.label == .msdos { words.append(.plain("--asprimary")) }
    if fileSystem != nil, partition.role != .biosBoot { words += try details(of: partition.request) }
    try text.command("part", words)
  }

  private func add(_ group: PartitionLayout.VolumeGroup, to text: inout KickstartText) throws {
    try text.command("volgroup", .plain(group.name), .plain("pv.\(group.name)"))
    for volume in group.volumes {
      let setting = "partition:\(volume.name)"
      try text.command(
        "logvol",
        [
          .value(volume.mountPoint ?? "swap", from: setting, request), .plain("--vgname=\(group.name)"),
          .plain("--name=\(volume.name)"), .plain("--fstype=\(volume.fileSystem.rawValue)"),
        ] + size(of: volume, as: volume.fileSystem.rawValue) + details(of: volume))
    }
  }

  private func details(of file: PartitionRequest) throws -> [KickstartWord] {
    let setting = "partition:\(file.name)"
    var words: [KickstartWord] = []
    if let label = file.fileSystemLabel { words.append(try .option("--label", label, from: setting, request)) }
    if !file.mkfsOptions.isEmpty {
      words.append(
        try .option("--mkfsoptions", file.mkfsOptions.joined(separator: " "), from: setting, request))
    }
    return words
  }

  /// What takes the rest begins with the least that mkfs accepts, so that it fits whatever is left.
  private func size(of file: PartitionRequest, as fileSystem: String?) -> [KickstartWord] {
    if let size = file.size { return [.plain("--size=\((size.bytes + (1 << 20) - 1) >> 20)")] }
    let least = fileSystem == "xfs" || fileSystem == nil ? 300 : 64
    return [.plain("--size=\(least)"), .plain("--grow")]
  }

  /// GRUB's files must be on a plain partition. (`stage2_device_types` of pyanaconda/modules/storage/bootloader/grub2.py)
  private func checkBoot() throws {
    let files = layout.fileSystems
    guard let boot = files.first(where: { $0.mountPoint == "/boot" }) ?? files.first(where: { $0.mountPoint == "/" }),
      boot.volumeGroup != nil
    else { return }
    throw problem(
      boot, "Anaconda does not boot from a logical volume",
      hint: "add a section [partition:boot] with 'mount-point = /boot', 'size = 1G' and no volume group")
  }

  private func problem(_ partition: PartitionRequest, _ message: String, hint: String?) -> FactoryError {
    request.problem("partition:\(partition.name)", message, hint: hint)
  }
}
