package import Model

/// The disk as every answer-file format lays it out: what the config asks for, and what firmware, label and volume groups add.
///
/// The same request gives the same layout in all formats; formats only write it down.
package struct PartitionLayout: Sendable, Hashable {
  /// One partition, in the order on the disk.
  package struct Partition: Sendable, Hashable {
    package enum Role: Sendable, Hashable {
      /// GRUB's own space on a GPT disk that a BIOS boots; no file system.
      case biosBoot
      /// The EFI system partition: vfat on `/boot/efi`.
      case efi
      /// The physical volume of a volume group.
      case physicalVolume(group: String)
      /// A file system or swap.
      case plain
    }

    package var role: Role
    /// File system, mount point, label, options; for a physical volume and the BIOS boot partition only the name counts.
    package var request: PartitionRequest
    /// nil: the rest of the disk.
    package var size: ByteSize? { request.size }
  }

  /// A volume group with its logical volumes, in order.
  package struct VolumeGroup: Sendable, Hashable {
    package var name: String
    package var volumes: [PartitionRequest]
  }

  package let label: DiskLayout.Label
  package let firmware: DiskLayout.Firmware
  package let partitions: [Partition]
  package let groups: [VolumeGroup]

  /// Lays the request out; throws a `FactoryError` (config invalid) that names the section of the partition at fault.
  package init(_ request: RenderRequest) throws {
    let asked = request.answers.disk
    firmware = asked.firmware
    label = try PartitionLayout.label(asked, request)
    try LayoutRules(request).check()
    groups = PartitionLayout.groups(asked.partitions)
    partitions = PartitionLayout.partitions(asked, label: label, groups: groups)
    try LayoutRules(request).checkSizes(partitions)
  }

  /// Every file system and swap, on a partition or a logical volume, in the config's order.
  package var fileSystems: [PartitionRequest] {
    partitions.flatMap { partition in
      switch partition.role {
      case .biosBoot: [PartitionRequest]()
      case .efi, .plain: [partition.request]
      case .physicalVolume(let group): groups.first { $0.name == group }?.volumes ?? []
      }
    }
  }

  /// Firmware of the UEFI kind boots from a GPT, whatever label is the default.
  private static func label(_ asked: DiskLayout, _ request: RenderRequest) throws -> DiskLayout.Label {
    guard asked.firmware == .uefi, asked.label == .msdos else { return asked.label }
    guard request.origins["partition-table"] == nil else {
      throw request.problem(
        "partition-table", "'msdos' does not go with 'firmware = uefi'",
        hint: "write 'partition-table = gpt', or leave it out")
    }
    return .gpt
  }

  private static func groups(_ requests: [PartitionRequest]) -> [VolumeGroup] {
    var groups: [VolumeGroup] = []
    for request in requests {
      guard let name = request.volumeGroup else { continue }
      if let index = groups.firstIndex(where: { $0.name == name }) {
        groups[index].volumes.append(request)
      } else {
        groups.append(VolumeGroup(name: name, volumes: [request]))
      }
    }
    return groups
  }

  private static func partitions(
    _ asked: DiskLayout, label: DiskLayout.Label, groups: [VolumeGroup]
  ) -> [Partition] {
    var result: [Partition] = []
    switch asked.firmware {
    case .bios where label == .gpt:
      result.append(Partition(role: .biosBoot, request: PartitionLayout.biosBoot))
    case .uefi where !asked.partitions.contains(where: { $0.mountPoint == espMountPoint }):
      result.append(Partition(role: .efi, request: PartitionLayout.efi))
    case .bios, .uefi: break
    }
    var placed: Set<String> = []
    for request in asked.partitions {
      guard let name = request.volumeGroup else {
        let role = request.mountPoint == espMountPoint ? Partition.Role.efi : .plain
        result.append(Partition(role: role, request: request))
        continue
      }
      // The group's physical volume stands where its first logical volume does.
      guard placed.insert(name).inserted, let group = groups.first(where: { $0.name == name }) else { continue }
      result.append(Partition(role: .physicalVolume(group: name), request: physicalVolume(of: group)))
    }
    return result
  }

  private static func physicalVolume(of group: VolumeGroup) -> PartitionRequest {
    PartitionRequest(name: "pv-\(group.name)", size: group.partitionSize, fileSystem: .ext4, mountPoint: nil)
  }

  package static let espMountPoint = "/boot/efi"

  /// FAT32 has no fewer than 65,525 clusters, 32 MiB of the smallest; the boot loaders want as much again.
  static let smallestESP = ByteSize.mebibytes(64)

  /// The size that Debian and Fedora give it by default.
  private static let efi = PartitionRequest(
    name: "efi", size: .mebibytes(512), fileSystem: .vfat, mountPoint: espMountPoint)

  /// GRUB needs less than one MiB; YaST takes no partition below two for one and would add its own.
  private static let biosBoot = PartitionRequest(
    name: "bios-boot", size: .mebibytes(2), fileSystem: .ext4, mountPoint: nil)
}

extension PartitionLayout.VolumeGroup {
  /// LVM's default extent.
  static let extent: Int64 = 4 << 20

  /// What the physical volume needs for all volumes and one extent of metadata; nil: one of them takes the rest.
  var partitionSize: ByteSize? {
    var total = Self.extent
    for volume in volumes {
      guard let size = volume.size else { return nil }
      total += (size.bytes + Self.extent - 1) / Self.extent * Self.extent
    }
    return ByteSize(bytes: total)
  }
}
