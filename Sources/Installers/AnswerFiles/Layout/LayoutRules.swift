import Model

/// What no disk layout may ask for, whatever the format: refused before the machine starts.
struct LayoutRules {
  private let request: RenderRequest
  private let asked: DiskLayout

  init(_ request: RenderRequest) {
    self.request = request
    asked = request.answers.disk
  }

  func check() throws {
    guard asked.partitions.contains(where: { $0.mountPoint == "/" }) else {
      throw request.problem(
        "partitions", "no partition is mounted on '/'", hint: "give one of them 'mount-point = /'")
    }
    try checkNames()
    try checkRests()
    for partition in asked.partitions { try check(partition) }
    if asked.firmware == .uefi { try checkSystemPartition() }
    try checkPrimaries()
  }

  /// What the partitions need beside what the disk has; the rest needs room for a small system.
  func checkSizes(_ partitions: [PartitionLayout.Partition]) throws {
    guard let disk = request.diskSize else { return }
    // One MiB for the table and the boot loader before the first partition, one for the second GPT behind the last.
    var needed: Int64 = 2 << 20
    for partition in partitions { needed += partition.size?.bytes ?? Self.smallestRest }
    guard needed > disk.bytes else { return }
    throw request.problem(
      "partitions", "the partitions need \(ByteSize(bytes: needed)), the disk has \(disk)",
      hint: "raise 'image-size' or make a partition smaller")
  }

  /// What the rest of a disk or a volume group is at least.
  static let smallestRest: Int64 = 64 << 20

  private func problem(_ partition: PartitionRequest, _ message: String, hint: String? = nil) -> FactoryError {
    let setting = "partition:\(partition.name)"
    return FactoryError(
      .configInvalid, "'\(setting.printable)': \(message)", hint: hint,
      at: request.origins[setting] ?? request.origins["partitions"])
  }

  /// The folders of a system whose files have owners; what the Debian installer refuses (partman-basicfilesystems 174).
  private static let needsOwners: Set<String> = [
    "/", "/boot", "/home", "/opt", "/srv", "/tmp", "/usr", "/usr/local", "/var",
  ]

  private func checkNames() throws {
    var names: Set<String> = []
    var mounts: [String: String] = [:]
    var labels: [String: String] = [:]
    for partition in asked.partitions {
      if !names.insert(partition.name).inserted {
        throw problem(partition, "two partitions have this name")
      }
      if let point = partition.mountPoint, let other = mounts.updateValue(partition.name, forKey: point) {
        throw problem(partition, "'\(point.printable)' is the mount point of 'partition:\(other)' already")
      }
      if let label = partition.fileSystemLabel, let other = labels.updateValue(partition.name, forKey: label) {
        throw problem(partition, "'\(label.printable)' is the label of 'partition:\(other)' already")
      }
    }
  }

  /// At most one partition of the disk, and one volume of each group, takes the rest.
  private func checkRests() throws {
    var takers: [String: String] = [:]
    for partition in asked.partitions where partition.size == nil {
      let place = partition.volumeGroup ?? ""
      if let other = takers.updateValue(partition.name, forKey: place) {
        throw problem(partition, "takes the rest, and so does 'partition:\(other)'", hint: "give one of them a 'size'")
      }
      // A group with such a volume takes the rest of the disk itself.
      if takers.count > 1 {
        let other = takers.first { $0.key != place }?.value ?? ""
        throw problem(
          partition, "takes the rest of the disk, and so does 'partition:\(other)'", hint: "give one of them a 'size'")
      }
    }
  }

  private func check(_ partition: PartitionRequest) throws {
    let plain = AnswerGrammar.alphanumerics + "_-."
    if !AnswerGrammar.matches(partition.name, plain, first: AnswerGrammar.alphanumerics, upTo: 64) {
      throw problem(partition, "a partition's name is letters, digits, '-', '_' and '.'")
    }
    if let label = partition.fileSystemLabel {
      let longest = Self.longestLabel(of: partition.fileSystem)
      guard AnswerGrammar.matches(label, plain, first: AnswerGrammar.alphanumerics, upTo: longest) else {
        throw problem(
          partition, "'\(label.printable)' is no label of \(partition.fileSystem.rawValue)",
          hint: "at most \(longest) letters, digits, '-', '_' and '.'")
      }
    }
    if let point = partition.mountPoint {
      guard AnswerGrammar.matches(point, plain + "/", first: "/"), !point.split(separator: "/").contains(".."),
        point == "/" || !point.hasSuffix("/"), !point.contains("//")
      else { throw problem(partition, "'\(point.printable)' is no mount point") }
    }
    if let group = partition.volumeGroup, !AnswerGrammar.matches(group, plain, first: AnswerGrammar.letters + "_") {
      throw problem(partition, "'\(group.printable)' is no name of a volume group")
    }
    for option in partition.mkfsOptions
    where !AnswerGrammar.matches(option, AnswerGrammar.alphanumerics + "-_=,.^:/", upTo: 128) {
      throw problem(partition, "'\(option.printable)' is no argument of mkfs that can be passed on")
    }
    if (partition.mountPoint == nil) != (partition.fileSystem == .swap) {
      throw problem(partition, "swap has no mount point, every other file system needs one")
    }
    if partition.fileSystem == .vfat, let point = partition.mountPoint, Self.needsOwners.contains(point) {
      throw problem(partition, "'vfat' cannot hold '\(point)': it has no owners, modes and links")
    }
    if let size = partition.size, size.bytes < 1 << 20 {
      throw problem(partition, "\(size) is too small for a partition")
    }
  }

  /// What the file system keeps of a label. mkswap takes a longer one without a word and cuts it: what names it then finds nothing.
  private static func longestLabel(of kind: FileSystemKind) -> Int {
    switch kind {
    case .ext4, .btrfs: 16
    case .swap: 15
    case .xfs: 12
    case .vfat: 11
    }
  }

  private func checkSystemPartition() throws {
    guard let system = asked.partitions.first(where: { $0.mountPoint == PartitionLayout.espMountPoint }) else { return }
    guard system.fileSystem == .vfat, system.volumeGroup == nil, system.size != nil else {
      throw problem(
        system, "the EFI system partition is a plain partition with a size and 'file-system = vfat'",
        hint: "leave the section out: one of 512 MiB is added under 'firmware = uefi'")
    }
    if let size = system.size, size < PartitionLayout.smallestESP {
      throw problem(system, "the EFI system partition has at least \(PartitionLayout.smallestESP)")
    }
  }

  /// Four partitions fit into an msdos label without an extended one, which no golden image needs.
  private func checkPrimaries() throws {
    guard asked.label == .msdos, asked.firmware == .bios else { return }
    let groups = Set(asked.partitions.compactMap(\.volumeGroup)).count
    guard asked.partitions.count(where: { $0.volumeGroup == nil }) + groups > 4 else { return }
    throw request.problem(
      "partition-table", "more than four partitions do not fit into an 'msdos' label",
      hint: "write 'partition-table = gpt'")
  }
}
