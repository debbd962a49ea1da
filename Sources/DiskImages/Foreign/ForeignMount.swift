package import SystemPackage

/// An xfs or btrfs that an image's own fstab mounts in its system, besides the root: the kernel alone can write it.
package struct ForeignMount: Sendable, Hashable {
  /// Where it is mounted.
  package var place: ImagePath
  /// The file system itself; several mounts of a btrfs may have the same.
  package var extent: ImageExtent
  /// ``VolumeContent/xfs`` or ``VolumeContent/btrfs``.
  package var content: VolumeContent
  /// `2`, or `vg/home`.
  package var name: String
  /// The folder of the file system that is mounted, a subvolume of a btrfs; the root: the whole.
  package var folder: ImagePath

  /// Those of an image whose root lies at `root` and has this fstab, in the order of their places; each place once. Blocks.
  package static func list(
    _ image: FilePath, _ table: PartitionTable, besides root: ImageExtent, fstab: [UInt8]
  ) -> [ForeignMount] {
    let volumes = table.foreignVolumes.filter { $0.extent.end <= root.offset || root.end <= $0.extent.offset }
      .compactMap { volume in ForeignSuperblock(of: image, volume).map { (volume, $0) } }
    guard !volumes.isEmpty else { return [] }
    var mounts: [ForeignMount] = []
    for entry in FileSystemTable(fstab, of: ["xfs", "btrfs"]).entries {
      guard
        let (volume, superblock) = volumes.first(where: { volume, superblock in
          VolumeNames(volume.partition, volume.logical, identifier: superblock.identifier, label: superblock.label)
            .contain(entry.source)
        }), !mounts.contains(where: { $0.place == entry.place })
      else { continue }
      let subvolume = entry.options.first { $0.hasPrefix("subvol=") }?.dropFirst("subvol=".count)
      guard let folder = try? ImagePath(volume.content == .btrfs ? String(subvolume ?? "") : "") else { continue }
      mounts.append(
        ForeignMount(
          place: entry.place, extent: volume.extent, content: volume.content, name: volume.name, folder: folder))
    }
    return mounts.sorted { $0.place.description < $1.place.description }
  }
}

/// What the superblock of an xfs or btrfs says of its names.
package struct ForeignSuperblock: Sendable, Hashable {
  /// As blkid shows it; empty when there is none.
  package var identifier: String
  /// May hold anything, so show it `.printable`; empty when there is none.
  package var label: String

  /// nil: it cannot be read. Blocks.
  ///
  /// xfs: UUID at byte 32, label 108 (struct xfs_dsb, xfs_format.h); btrfs, from 64 KiB on: UUID 0x20, label 0x12B (struct btrfs_super_block).
  package init?(of image: FilePath, in extent: ImageExtent, _ content: VolumeContent) {
    let (uuid, name, size, start): (Int, Int, Int, Int64)
    switch content {
    case .xfs: (uuid, name, size, start) = (32, 108, 12, 0)
    case .btrfs: (uuid, name, size, start) = (0x20, 0x12B, 256, 0x1_0000)
    default: return nil
    }
    guard start + 1024 <= extent.length, let file = try? HostFile(image),
      let bytes = try? file.bytes(at: extent.offset + start, count: 1024), bytes.count == 1024
    else { return nil }
    identifier = VolumeNames.identifier(Array(bytes[uuid..<uuid + 16]))
    label = String(decoding: bytes[name..<name + size].prefix { $0 != 0 }, as: UTF8.self)
  }

  fileprivate init?(of image: FilePath, _ volume: PartitionTable.ForeignVolume) {
    self.init(of: image, in: volume.extent, volume.content)
  }
}

extension PartitionTable {
  /// A place that holds an xfs or btrfs.
  fileprivate struct ForeignVolume {
    var partition: Partition
    var logical: LogicalVolume?
    var extent: ImageExtent
    var content: VolumeContent
    var name: String { logical?.name ?? String(partition.number) }
  }

  fileprivate var foreignVolumes: [ForeignVolume] {
    partitions.flatMap { partition -> [ForeignVolume] in
      let inner = partition.volumes.compactMap { volume in
        volume.extent.map {
          ForeignVolume(partition: partition, logical: volume, extent: $0, content: volume.content ?? .lvm)
        }
      }
      return [ForeignVolume(partition: partition, extent: partition.extent, content: partition.content ?? .lvm)] + inner
    }.filter { $0.content == .xfs || $0.content == .btrfs }
  }
}
