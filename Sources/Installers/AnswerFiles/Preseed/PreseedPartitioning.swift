import Model

/// The disk's layout as a recipe of the installer's guided partitioning.
///
/// A recipe line is `minimum priority maximum file-system attributes… .`, sizes in units of 1,000,000 bytes, `-1` for no
/// maximum; the last partition gets what is left. (partman-auto 177, `recipes.sh`)
struct PreseedPartitioning {
  private let request: RenderRequest
  private let layout: DiskLayout

  init(_ request: RenderRequest) throws {
    self.request = request
    layout = request.answers.disk
    try checkLayout()
    for partition in layout.partitions { try check(partition) }
  }

  func add(to text: inout PreseedText) throws {
    try text.add("partman-auto/disk", "string", request.disk)
    try text.add("partman-auto/method", "string", "regular")
    try text.add("partman-auto/expert_recipe", "string", recipe, from: "partitions")
    try text.add("partman-partitioning/choose_label", "select", layout.label.rawValue)
    try text.add("partman-partitioning/default_label", "string", layout.label.rawValue)
    try text.add("partman-partitioning/confirm_write_new_label", "boolean", "true")
    // Asked when there is no swap: whether to go back to the menu.
    try text.add("partman-basicfilesystems/no_swap", "boolean", "false")
    try text.add("partman/choose_partition", "select", "finish")
    try text.add("partman/confirm", "boolean", "true")
    try text.add("partman/confirm_nooverwrite", "boolean", "true")
    try text.add("partman/mount_style", "select", "uuid")
  }

  /// The whole recipe on one line.
  var recipe: String {
    var parts = ["image-factory", ":"]
    // GRUB has no room after a GPT: it needs a partition of its own there.
    if layout.label == .gpt { parts.append("1 1 1 free $iflabel{ gpt } method{ biosgrub } .") }
    for (index, partition) in layout.partitions.enumerated() { parts.append(line(partition, index: index)) }
    return parts.joined(separator: " ")
  }

  private func line(_ partition: PartitionRequest, index: Int) -> String {
    var words: [String]
    if let size = partition.size {
      let megabytes = (size.bytes + 999_999) / 1_000_000
      words = ["\(megabytes)", "\(megabytes)", "\(megabytes)"]
    } else {
      words = ["300", "1000000", "-1"]
    }
    words.append(recipeName(partition.fileSystem))
    // Four primary partitions fit into an msdos label; beyond that the fourth is the extended one.
    let primaries = layout.partitions.count <= 4 ? 4 : 3
    if layout.label == .msdos, index < primaries { words.append("$primary{ }") }
    if partition.name == bootPartition { words.append("$bootable{ }") }
    if partition.fileSystem == .swap {
      words.append("method{ swap } format{ }")
    } else {
      words.append("method{ format } format{ } use_filesystem{ } filesystem{ \(recipeName(partition.fileSystem)) }")
      if let label = partition.fileSystemLabel { words.append("label{ \(label) }") }
      if let mountPoint = partition.mountPoint { words.append("mountpoint{ \(mountPoint) }") }
    }
    return (words + ["."]).joined(separator: " ")
  }

  private func recipeName(_ kind: FileSystemKind) -> String {
    switch kind {
    case .swap: "linux-swap"
    case .vfat: "fat32"
    case .ext4, .xfs, .btrfs: kind.rawValue
    }
  }

  /// The partition that the boot loader's files are on.
  private var bootPartition: String? {
    (layout.partitions.first { $0.mountPoint == "/boot" } ?? layout.partitions.first { $0.mountPoint == "/" })?.name
  }

  private func checkLayout() throws {
    if layout.firmware == .uefi {
      throw request.problem(
        "firmware", "the answer-file format 'preseed' cannot say 'uefi' yet", hint: "use 'firmware = bios'")
    }
    guard layout.partitions.contains(where: { $0.mountPoint == "/" }) else {
      throw request.problem("partitions", "no partition is mounted on '/'")
    }
    guard layout.partitions.count(where: { $0.size == nil }) == 1 else {
      throw request.problem(
        "partitions", "exactly one partition must take the rest of the disk",
        hint: "leave out the size of the partition that may grow")
    }
    guard Set(layout.partitions.map(\.name)).count == layout.partitions.count else {
      throw request.problem("partitions", "two partitions have the same name")
    }
  }

  private func check(_ partition: PartitionRequest) throws {
    let setting = "partition:\(partition.name)"
    let plain = AnswerGrammar.alphanumerics + "_-."
    if partition.volumeGroup != nil {
      throw request.problem(setting, "the answer-file format 'preseed' cannot say 'volume-group' yet")
    }
    if !partition.mkfsOptions.isEmpty {
      throw request.problem(setting, "the answer-file format 'preseed' cannot say 'mkfs-options'")
    }
    if let label = partition.fileSystemLabel, !AnswerGrammar.matches(label, plain, upTo: 16) {
      throw request.problem(setting, "'\(label.printable)' is no label of a file system")
    }
    if let point = partition.mountPoint, !AnswerGrammar.matches(point, plain + "/", first: "/") {
      throw request.problem(setting, "'\(point.printable)' is no mount point")
    }
    if (partition.mountPoint == nil) != (partition.fileSystem == .swap) {
      throw request.problem(setting, "swap has no mount point, every other file system needs one")
    }
    if partition.mountPoint == "/" || partition.mountPoint == "/boot", partition.fileSystem == .vfat {
      throw request.problem(setting, "'vfat' cannot hold '\(partition.mountPoint ?? "")'")
    }
    if let size = partition.size, size.bytes < 1 << 20 {
      throw request.problem(setting, "\(size) is too small for a partition")
    }
  }
}
