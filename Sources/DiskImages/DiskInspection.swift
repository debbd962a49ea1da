package import Model
package import SystemPackage

/// What is on a raw disk, for people and for JSON: nothing is written, everything that came from the guest is printable.
package struct DiskInspection: Sendable, Hashable, Codable {
  /// One partition, or one logical volume.
  package struct Volume: Sendable, Hashable, Codable {
    /// `1`, or `vg/root`.
    package var name: String
    /// `ext4`, as in `blkid`; nil when unknown.
    package var fileSystem: String?
    /// The file system's own label; nil when it has none or is not ext.
    package var label: String?
    /// Bytes from the start of the image; nil for a logical volume in pieces.
    package var offset: Int64?
    package var size: ByteSize
    /// What files and metadata take; nil when not ext or not readable.
    package var used: ByteSize?
    /// What is allocated on the host though nobody needs it: `FreeSpaceZeroing` would give it back; nil when that cannot be told.
    package var reclaimable: ByteSize?
    /// `PRETTY_NAME` when it is a root file system.
    package var distribution: String?
    /// Why it is not ready to be changed: unclean, damaged; nil when it is, or is not ext.
    package var problem: String?
  }

  /// `msdos`, `gpt` or `none`.
  package var label: String
  package var size: ByteSize
  /// What the file takes on the host.
  package var allocated: ByteSize
  /// What of the size takes nothing.
  package var holes: ByteSize
  /// What of the allocated nobody needs: that of all volumes, and space in no partition.
  package var reclaimable: ByteSize
  package var volumes: [Volume]
  package var warnings: [String]

  /// Looks at an image; throws as `PartitionTable.read`. A volume that cannot be read is described with its problem. Blocks.
  package init(_ image: FilePath) throws {
    let table = try PartitionTable.read(image)
    let sizes = try SparseFile.sizes(of: image)
    let data = try SparseFile.dataExtents(of: image)
    label = table.label.rawValue
    size = sizes.apparent
    allocated = sizes.allocated
    holes = ByteSize(bytes: max(0, sizes.apparent.bytes - data.reduce(0) { $0 + $1.length }))
    warnings = table.warnings
    volumes = []
    for partition in table.partitions {
      volumes.append(
        DiskInspection.describe(
          image, String(partition.number), partition.content, partition.extent, partition.extent.length, data))
      for volume in partition.volumes {
        volumes.append(
          DiskInspection.describe(image, volume.name, volume.content, volume.extent, volume.size.bytes, data))
      }
    }
    let known = volumes.reduce(0) { $0 + ($1.reclaimable?.bytes ?? 0) }
    reclaimable = ByteSize(bytes: known + DiskInspection.common(table.unusedSpace, data))
  }

  private static func describe(
    _ image: FilePath, _ name: String, _ content: VolumeContent?, _ extent: ImageExtent?, _ size: Int64,
    _ data: [ImageExtent]
  ) -> Volume {
    var volume = Volume(name: name, fileSystem: content?.name, offset: extent?.offset, size: ByteSize(bytes: size))
    guard let content, let extent else { return volume }
    if content == .swap {
      volume.reclaimable = reclaimable(image, extent, content, data)
    }
    guard case .ext = content else { return volume }
    do {
      let superblock = try Ext4FileSystem.superblock(of: image, in: extent)
      volume.label = superblock.label.isEmpty ? nil : superblock.label.printable
      volume.problem = superblock.uncleanReason
      let files = try Ext4FileSystem.open(image: image, extent: extent, mode: .readOnly)
      volume.used = ByteSize(bytes: superblock.length - files.freeBytes)
      volume.distribution = try files.osRelease()
      if volume.problem == nil { volume.reclaimable = reclaimable(image, extent, content, data) }
    } catch {
      volume.problem = "\(error)"
    }
    return volume
  }

  private static func reclaimable(
    _ image: FilePath, _ extent: ImageExtent, _ content: VolumeContent, _ data: [ImageExtent]
  ) -> ByteSize? {
    guard let waste = try? FreeSpaceZeroing.waste(image, extent, content) else { return nil }
    // Free inodes within a block that has used ones are zeroed, which gives nothing back.
    let whole = waste.compactMap { run -> ImageExtent? in
      let (start, end) = ((run.offset + 4095) / 4096 * 4096, run.end / 4096 * 4096)
      return end > start ? ImageExtent(offset: start, length: end - start) : nil
    }
    return ByteSize(bytes: common(whole.sorted { $0.offset < $1.offset }, data))
  }

  /// Bytes that are in both lists; both are in order and without overlaps.
  private static func common(_ left: [ImageExtent], _ right: [ImageExtent]) -> Int64 {
    var total: Int64 = 0
    var index = 0
    for run in left {
      while index < right.count, right[index].end <= run.offset { index += 1 }
      var next = index
      while next < right.count, right[next].offset < run.end {
        total += min(run.end, right[next].end) - max(run.offset, right[next].offset)
        next += 1
      }
    }
    return total
  }
}
