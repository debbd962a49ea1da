import Model

/// The layout as a recipe of the Debian installer's guided partitioning (partman-auto 177, partman-auto-lvm 103).
///
/// A line is `minimum priority maximum file-system attributes… .`, sizes in units of 1,000,000 bytes, `-1` for no maximum. Lines
/// become partitions in their order, but physical volumes always after all others. Each is cut down to whole MiB by the alignment.
struct PartmanRecipe {
  private let layout: PartitionLayout
  /// The disk as the guest sees it.
  private let disk: String
  /// Which of our own `mkfs` calls makes a file system, by the name of its section.
  private let ownFormats: [String: Int]

  init(_ layout: PartitionLayout, disk: String, ownFormats: [String: Int]) {
    self.layout = layout
    self.disk = disk
    self.ownFormats = ownFormats
  }

  /// The whole recipe on one line.
  var text: String {
    let partitions = layout.partitions.enumerated().map { line($1, number: $0 + 1) }
    let volumes = layout.groups.flatMap { group in group.volumes.map { line($0, in: group.name) } }
    return (["image-factory", ":"] + partitions + volumes).joined(separator: " ")
  }

  /// What all partitions need at least.
  var needed: ByteSize {
    // The table and the boot loader before the first partition, the second GPT behind the last.
    ByteSize(bytes: layout.partitions.reduce(2 << 20) { $0 + minimum($1) * Self.unit })
  }

  private func line(_ partition: PartitionLayout.Partition, number: Int) -> String {
    var words = sizes(minimum(partition), isRest: partition.size == nil)
    // A rest in the middle needs the room behind it: nothing grows but the rest.
    switch partition.role {
    case .biosBoot: words.append("free method{ biosgrub }")
    case .efi: words.append("free method{ efi } format{ }" + mark(partition.request))
    case .plain: words.append(contents(partition.request))
    case .physicalVolume(let group):
      // The label is made only after the installer has compared all minimums with the disk: a line for it is not counted, or its
      // volumes would count twice. Each group has a partition of its own, so it is named.
      words.append("ext4 $iflabel{ \(layout.label.rawValue) } method{ lvm }")
      words.append("device{ \(disk)\(number) } vg_name{ \(group) }")
    }
    // Without a primary one the installer would put all of them into an extended partition.
    if layout.label == .msdos { words.append("$primary{ }") }
    if partition.request.name == bootPartition { words.append("$bootable{ }") }
    return (words + ["."]).joined(separator: " ")
  }

  private func line(_ volume: PartitionRequest, in group: String) -> String {
    let words = sizes(Self.units(volume), isRest: volume.size == nil) + [contents(volume)]
    return (words + ["$lvmok{ } in_vg{ \(group) } lv_name{ \(volume.name) } ."]).joined(separator: " ")
  }

  private func sizes(_ minimum: Int64, isRest: Bool) -> [String] {
    isRest ? ["\(minimum)", "1000000", "-1"] : ["\(minimum)", "\(minimum)", "\(minimum)"]
  }

  private func contents(_ request: PartitionRequest) -> String {
    guard request.fileSystem != .swap else { return "linux-swap method{ swap } format{ }" + mark(request) }
    let kind = request.fileSystem == .vfat ? "fat32" : request.fileSystem.rawValue
    var words = ["\(kind) method{ format } format{ } use_filesystem{ } filesystem{ \(kind) }"]
    if let label = request.fileSystemLabel { words.append("label{ \(label) }") }
    if let point = request.mountPoint { words.append("mountpoint{ \(point) }") }
    return words.joined(separator: " ") + mark(request)
  }

  /// A note that the installer keeps with the partition: our hook finds it there.
  private func mark(_ request: PartitionRequest) -> String {
    ownFormats[request.name].map { " image-factory-mkfs{ \($0) }" } ?? ""
  }

  /// The partition that a BIOS boots when it looks for an active one.
  private var bootPartition: String? {
    guard layout.label == .msdos else { return nil }
    let plain = layout.partitions.filter { $0.role == .plain }
    let place = plain.first { $0.request.mountPoint == "/boot" } ?? plain.first { $0.request.mountPoint == "/" }
    return (place ?? layout.partitions.first)?.request.name
  }

  private func minimum(_ partition: PartitionLayout.Partition) -> Int64 {
    if case .physicalVolume(let name) = partition.role, let group = layout.groups.first(where: { $0.name == name }) {
      // Beside the volumes, one extent of metadata and one for what rounding takes.
      let volumes = group.volumes.reduce(Int64(0)) { $0 + Self.units($1) * Self.unit }
      return Self.aligned(volumes + 2 * PartitionLayout.VolumeGroup.extent)
    }
    return Self.aligned(partition.size?.bytes ?? LayoutRules.smallestRest)
  }

  /// Start and end move by up to a MiB each.
  private static func aligned(_ bytes: Int64) -> Int64 { (bytes + (2 << 20) + unit - 1) / unit }

  /// A logical volume is cut down to whole extents.
  private static func units(_ volume: PartitionRequest) -> Int64 {
    let extent = PartitionLayout.VolumeGroup.extent
    let bytes = volume.size?.bytes ?? LayoutRules.smallestRest
    return ((bytes + extent - 1) / extent * extent + unit - 1) / unit
  }

  private static let unit: Int64 = 1_000_000
}
