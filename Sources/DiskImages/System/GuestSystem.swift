package import SystemPackage

/// An ext file system of an image, and where the image's own fstab mounts it.
package struct MountedVolume: Sendable, Hashable {
  package var place: ImagePath
  package var extent: ImageExtent
  /// `2`, or `vg/home`.
  package var name: String
}

/// The ext file systems of an image as they make up its system: the root, and what its fstab mounts in it.
package struct GuestSystem: Sendable, Hashable {
  package let image: FilePath
  /// nil: the root is of another kind and is not reached here.
  package let root: ImageExtent?
  /// Those nearest to the root first; each file system once, none in the place of another one.
  package private(set) var mounts: [MountedVolume]

  /// The system of an ext root; throws as `Ext4FileSystem.open`. Blocks.
  package init(_ image: FilePath, _ table: PartitionTable, root: RootPartition) throws {
    self.init(image, table, root: root.extent, fstab: try GuestSystem.fstab(image, root: root.extent))
  }

  /// The fstab of an ext root, empty when there is none; throws as `Ext4FileSystem.open`. Blocks.
  package static func fstab(_ image: FilePath, root: ImageExtent) throws -> [UInt8] {
    let files = try Ext4FileSystem.open(image: image, extent: root, mode: .readOnly)
    guard let path = try? files.resolve(ImagePath("/etc/fstab")) else { return [] }
    // A longer one is none.
    return (try? files.readFile(path, limit: FileSystemTable.largestSize)) ?? []
  }

  /// The file systems below a root of another kind at `foreign`, whose fstab was read by other means. Blocks.
  package init(_ image: FilePath, _ table: PartitionTable, foreign: ImageExtent, fstab: [UInt8]) {
    self.init(image, table, root: nil, fstab: fstab, used: foreign)
  }

  private init(
    _ image: FilePath, _ table: PartitionTable, root: ImageExtent?, fstab: [UInt8], used: ImageExtent? = nil
  ) {
    self.image = image
    self.root = root
    var taken = [root, used].compactMap { $0 }
    var found: [MountedVolume] = []
    let volumes = table.extVolumes.compactMap { volume in
      // One that cannot be read has no name to be meant by.
      (try? Ext4FileSystem.superblock(of: image, in: volume.extent)).map {
        (volume, VolumeNames(volume.partition, volume.logical, $0))
      }
    }
    for entry in FileSystemTable(fstab).entries {
      guard let (volume, _) = volumes.first(where: { $0.1.contain(entry.source) }),
        // LVM's metadata is the guest's as well: two volumes in one place would be written by two hands.
        !taken.contains(where: { $0.overlaps(volume.extent) }),
        !found.contains(where: { $0.place == entry.place })
      else { continue }
      taken.append(volume.extent)
      found.append(MountedVolume(place: entry.place, extent: volume.extent, name: volume.name))
    }
    mounts = found.sorted { $0.place.components.count < $1.place.components.count }
  }

  /// The same without the file systems that cannot be read: for looking at a damaged disk. Blocks.
  package func readable() -> GuestSystem {
    var system = self
    system.mounts.removeAll {
      (try? Ext4FileSystem.open(image: image, extent: $0.extent, mode: .readOnly)) == nil
    }
    return system
  }
}

extension PartitionTable {
  /// A place that holds an ext file system.
  package struct ExtVolume: Sendable, Hashable {
    package var partition: Partition
    /// nil: in the partition itself.
    package var logical: LogicalVolume?
    package var extent: ImageExtent

    /// `2`, or `vg/home`.
    package var name: String { logical?.name ?? String(partition.number) }
  }

  /// Every ext file system in a partition or in a logical volume of one run.
  package var extVolumes: [ExtVolume] {
    partitions.flatMap { partition -> [ExtVolume] in
      var found: [ExtVolume] = []
      if case .ext = partition.content { found.append(ExtVolume(partition: partition, extent: partition.extent)) }
      for volume in partition.volumes {
        guard case .ext = volume.content, let extent = volume.extent else { continue }
        found.append(ExtVolume(partition: partition, logical: volume, extent: extent))
      }
      return found
    }
  }
}
