import Model

/// The disk and its volume groups as `drive` sections.
///
/// Partition ids are those of the old libstorage, which YaST still reads: 130 swap, 131 Linux, 142 LVM, 259 EFI, 263 BIOS boot.
/// btrfs gets neither subvolumes nor snapshots: the layout is the one that was asked for, in every format.
/// (yast2-storage-ng 4.6: partition_id.rb, autoinst_drive_planner.rb)
struct AutoYaSTPartitioning {
  let section: XMLElement

  init(_ request: RenderRequest) throws {
    let layout = try PartitionLayout(request)
    let disk = Self.drive(
      device: request.disk, type: "CT_DISK", label: layout.label.rawValue,
      partitions: layout.partitions.enumerated().map { Self.partition($0.element, number: $0.offset + 1) })
    let groups = layout.groups.map { group in
      Self.drive(
        device: "/dev/\(group.name)", type: "CT_LVM", label: nil, partitions: group.volumes.map(Self.volume))
    }
    section = .list("partitioning", [disk] + groups)
  }

  private static func drive(device: String, type: String, label: String?, partitions: [XMLElement]) -> XMLElement {
    var parts: [XMLElement] = [.string("device", device), .symbol("type", type), .string("use", "all")]
    if let label { parts += [.string("disklabel", label), .boolean("initialize", true)] }
    parts += [.boolean("enable_snapshots", false), .list("partitions", partitions)]
    return .map("drive", parts)
  }

  private static func partition(_ partition: PartitionLayout.Partition, number: Int) -> XMLElement {
    var parts: [XMLElement] = [.boolean("create", true), .integer("partition_nr", number), size(partition.size)]
    switch partition.role {
    case .biosBoot: parts += [.integer("partition_id", 263), .boolean("format", false)]
    case .physicalVolume(let group):
      parts += [.integer("partition_id", 142), .boolean("format", false), .string("lvm_group", group)]
    case .efi: parts += [.integer("partition_id", 259)] + fileSystem(partition.request)
    case .plain:
      let id = partition.request.fileSystem == .swap ? 130 : 131
      parts += [.integer("partition_id", id)] + fileSystem(partition.request)
    }
    return .map("partition", parts)
  }

  private static func volume(_ volume: PartitionRequest) -> XMLElement {
    .map(
      "partition",
      [.boolean("create", true), .string("lv_name", volume.name), size(volume.size)] + fileSystem(volume))
  }

  /// A number without a unit is bytes.
  private static func size(_ size: ByteSize?) -> XMLElement {
    .string("size", size.map { "\($0.bytes)" } ?? "max", from: "partitions")
  }

  private static func fileSystem(_ request: PartitionRequest) -> [XMLElement] {
    let setting = "partition:\(request.name)"
    var parts: [XMLElement] = [.boolean("format", true), .symbol("filesystem", request.fileSystem.rawValue)]
    parts += [.string("mount", request.mountPoint ?? "swap", from: setting), .symbol("mountby", "uuid")]
    if let label = request.fileSystemLabel { parts.append(.string("label", label, from: setting)) }
    if !request.mkfsOptions.isEmpty {
      parts.append(.string("mkfs_options", request.mkfsOptions.joined(separator: " "), from: setting))
    }
    if request.fileSystem == .btrfs { parts.append(.boolean("create_subvolumes", false)) }
    return parts
  }
}
