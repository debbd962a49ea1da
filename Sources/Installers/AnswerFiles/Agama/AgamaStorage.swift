import Model

/// The section `storage`: one drive, cleared, and its volume groups.
///
/// `boot.configure` is off: what booting needs is in the layout, and Agama would add its own beside it. On btrfs the product's
/// subvolumes come with the root file system, which the schema has no key against; snapshots are off.
struct AgamaStorage {
  let section: JSONNode

  init(_ request: RenderRequest) throws {
    let layout = try PartitionLayout(request)
    var members: [(key: String, value: JSONNode)] = [
      ("boot", .object([("configure", .boolean(false))])),
      (
        "drives",
        .list([
          .object([
            ("search", .string(request.disk)), ("ptableType", .string(layout.label.rawValue)),
            ("partitions", .list([Self.cleared] + layout.partitions.map(Self.partition))),
          ])
        ])
      ),
    ]
    if !layout.groups.isEmpty { members.append(("volumeGroups", .list(layout.groups.map(Self.group)))) }
    section = .object(members)
  }

  private static let cleared = JSONNode.object([("search", .string("*")), ("delete", .boolean(true))])

  private static func partition(_ partition: PartitionLayout.Partition) -> JSONNode {
    switch partition.role {
    case .biosBoot: .object([("id", .string("bios_boot")), ("size", size(partition.size))])
    case .physicalVolume(let group):
      .object([("alias", .string("pv-\(group)")), ("id", .string("lvm")), ("size", size(partition.size))])
    case .efi:
      .object([
        ("id", .string("esp")), ("size", size(partition.size)), ("filesystem", fileSystem(partition.request)),
      ])
    case .plain:
      .object([
        ("id", .string(partition.request.fileSystem == .swap ? "swap" : "linux")), ("size", size(partition.size)),
        ("filesystem", fileSystem(partition.request)),
      ])
    }
  }

  private static func group(_ group: PartitionLayout.VolumeGroup) -> JSONNode {
    .object([
      ("name", .string(group.name)), ("physicalVolumes", .strings(["pv-\(group.name)"])),
      (
        "logicalVolumes",
        .list(
          group.volumes.map { volume in
            .object([
              ("name", .string(volume.name)), ("size", size(volume.size)), ("filesystem", fileSystem(volume)),
            ])
          })
      ),
    ])
  }

  /// A least size without a greatest one takes what is left.
  private static func size(_ size: ByteSize?) -> JSONNode {
    guard let size else { return .object([("min", .integer(64 << 20))]) }
    return .integer(size.bytes)
  }

  private static func fileSystem(_ request: PartitionRequest) -> JSONNode {
    var members: [(key: String, value: JSONNode)] = []
    let snapshots = JSONNode.object([("btrfs", .object([("snapshots", .boolean(false))]))])
    members.append(("type", request.fileSystem == .btrfs ? snapshots : .string(request.fileSystem.rawValue)))
    members.append(("path", .string(request.mountPoint ?? "swap")))
    members.append(("mountBy", .string("uuid")))
    if let label = request.fileSystemLabel { members.append(("label", .string(label))) }
    if !request.mkfsOptions.isEmpty { members.append(("mkfsOptions", .strings(request.mkfsOptions))) }
    return .object(members)
  }
}
