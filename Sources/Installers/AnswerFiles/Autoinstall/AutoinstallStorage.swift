import Model

/// The disk's layout as curtin's list of actions: disk, partitions, volume groups, file systems, mounts.
///
/// Sizes are whole MiB, to which partitions are aligned. The size -1 is the rest of the disk or group, and only what comes last may
/// have it. (subiquity, models/storage.py: `apply_autoinstall_config`; curtin, block/mkfs.py)
struct AutoinstallStorage {
  private let request: RenderRequest
  private let layout: PartitionLayout
  private var actions: [YAMLNode] = []

  init(_ request: RenderRequest) throws {
    self.request = request
    layout = try PartitionLayout(request)
    addDisk()
    for (index, partition) in layout.partitions.enumerated() { try add(partition, index + 1) }
    for (index, group) in layout.groups.enumerated() { try add(group, index + 1) }
    // A file system is mounted after the one that holds its folder.
    let mounted = layout.fileSystems.filter { $0.mountPoint != nil }
    for file in mounted.sorted(by: { depth($0) < depth($1) }) { addMount(file, path: file.mountPoint ?? "") }
    for swap in layout.fileSystems where swap.fileSystem == .swap { addMount(swap, path: "") }
  }

  /// Without the size of 0 a root of ext4 gets a swap file that nobody asked for.
  var section: YAMLNode {
    .map([.init("swap", .map([.init("size", .integer(0))])), .init("config", .list(actions))])
  }

  private func depth(_ file: PartitionRequest) -> Int { (file.mountPoint ?? "").split(separator: "/").count }

  private mutating func add(_ type: String, _ id: String, _ entries: [YAMLNode.Entry]) {
    actions.append(.map([.init("type", .string(type)), .init("id", .string(id))] + entries))
  }

  private mutating func addDisk() {
    add(
      "disk", "disk",
      [
        .init("path", .string(request.disk)), .init("ptable", .string(layout.label.rawValue)),
        .init("wipe", .string("superblock-recursive")), .init("preserve", .boolean(false)),
        .init("grub_device", .boolean(layout.firmware == .bios)),
      ])
  }

  private mutating func add(_ partition: PartitionLayout.Partition, _ number: Int) throws {
    let id = "partition-\(number)"
    var entries: [YAMLNode.Entry] = [
      .init("device", .string("disk")), .init("number", .integer(Int64(number))),
      .init("size", .integer(try size(of: partition, number))), .init("preserve", .boolean(false)),
      .init("wipe", .string("superblock")),
    ]
    switch partition.role {
    case .biosBoot: entries.append(.init("flag", .string("bios_grub")))
    case .efi: entries += [.init("flag", .string("boot")), .init("grub_device", .boolean(true))]
    case .plain where partition.request.fileSystem == .swap: entries.append(.init("flag", .string("swap")))
    case .plain, .physicalVolume: break
    }
    add("partition", id, entries)
    switch partition.role {
    case .efi, .plain: try addFormat(partition.request, on: id, isSystem: partition.role == .efi)
    case .biosBoot, .physicalVolume: break
    }
  }

  /// Ubuntu's installer computes the rest only for the last partition; before another one it is computed here.
  private func size(of partition: PartitionLayout.Partition, _ number: Int) throws -> Int64 {
    if let size = partition.size { return Self.aligned(size.bytes) }
    guard number < layout.partitions.count else { return -1 }
    let setting = "partition:\(partition.request.name)"
    guard let disk = request.diskSize else {
      throw request.problem(
        setting, "the rest of the disk can stand before another partition only when the disk's size is known",
        hint: "make it the last partition")
    }
    // One MiB before the first partition, one for the second GPT behind the last.
    let others = layout.partitions.compactMap(\.size).reduce(Int64(2 << 20)) { $0 + Self.aligned($1.bytes) }
    return ((disk.bytes - others) >> 20) << 20
  }

  private static func aligned(_ bytes: Int64) -> Int64 { ((bytes + (1 << 20) - 1) >> 20) << 20 }

  private mutating func add(_ group: PartitionLayout.VolumeGroup, _ number: Int) throws {
    let id = "group-\(number)"
    let devices = layout.partitions.indices.filter {
      layout.partitions[$0].role == .physicalVolume(group: group.name)
    }
    add(
      "lvm_volgroup", id,
      [
        .init("name", .string(group.name)), .init("devices", .strings(devices.map { "partition-\($0 + 1)" })),
        .init("preserve", .boolean(false)),
      ])
    // The one with the rest last: the order means nothing to LVM.
    let volumes = group.volumes.filter { $0.size != nil } + group.volumes.filter { $0.size == nil }
    for (index, volume) in volumes.enumerated() {
      let volumeID = "volume-\(number)-\(index + 1)"
      let extent = PartitionLayout.VolumeGroup.extent
      let size = volume.size.map { ($0.bytes + extent - 1) / extent * extent } ?? -1
      add(
        "lvm_partition", volumeID,
        [
          .init("volgroup", .string(id)), .init("name", .string(volume.name)), .init("size", .integer(size)),
          .init("wipe", .string("superblock")), .init("preserve", .boolean(false)),
        ])
      try addFormat(volume, on: volumeID, isSystem: false)
    }
  }

  private mutating func addFormat(_ file: PartitionRequest, on volume: String, isSystem: Bool) throws {
    if file.fileSystem == .swap, let label = file.fileSystemLabel, label.count > 15 {
      throw request.problem(
        "partition:\(file.name)", "'\(label.printable)' is too long for the label of swap", hint: "at most 15 letters")
    }
    var entries: [YAMLNode.Entry] = [
      .init("volume", .string(volume)), .init("fstype", .string(isSystem ? "fat32" : file.fileSystem.rawValue)),
      .init("preserve", .boolean(false)),
    ]
    if let label = file.fileSystemLabel { entries.append(.init("label", .string(label))) }
    if !file.mkfsOptions.isEmpty { entries.append(.init("extra_options", .strings(file.mkfsOptions))) }
    add("format", "format-\(file.name)", entries)
  }

  private mutating func addMount(_ file: PartitionRequest, path: String) {
    add(
      "mount", "mount-\(file.name)", [.init("device", .string("format-\(file.name)")), .init("path", .string(path))])
  }
}
