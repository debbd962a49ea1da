import DiskImages
import HostSystem
import Model
import PrivilegedOperations
import SystemPackage

/// The guest's system on a disk that is only looked at: its ext file systems, and those that are read from outside by GRUB's drivers.
struct InspectedSystem: Sendable {
  var system: GuestSystem
  /// xfs and btrfs: the root, when it is one, and those that the fstab mounts.
  var trees: [OutsideTree] = []
  var release = OSRelease()
  /// The file system with the root.
  var root: ImageExtent
  /// What cannot be looked through, one sentence each.
  var problems: [String] = []

  /// Finds it; throws `DiskImageError` and ``FactoryError``. `scratch`: a folder for copies of file systems.
  init(of image: FilePath, scratch: FilePath, host: Host) async throws {
    let (table, found) = try await offPool { () -> (PartitionTable, Result<RootPartition, DiskImageError>) in
      let table = try PartitionTable.read(image)
      do {
        return (table, .success(try RootPartition.find(in: image, table)))
      } catch let error as DiskImageError where error.kind == .noRootFileSystem {
        return (table, .failure(error))
      }
    }
    let fstab: [UInt8]
    switch found {
    case .success(let partition):
      root = partition.extent
      (system, release, fstab) = try await offPool { () -> (GuestSystem, OSRelease, [UInt8]) in
        let files = try Ext4FileSystem.open(image: image, extent: partition.extent, mode: .readOnly)
        let fstab = try GuestSystem.fstab(image, root: partition.extent)
        return (
          try GuestSystem(image, table, root: partition), try files.osReleaseFields() ?? OSRelease(), fstab
        )
      }
    case .failure(let error):
      guard let (volume, tree) = try await InspectedSystem.outside(image, scratch, host) else { throw error }
      let extent = ImageExtent(offset: volume.offset, length: volume.size)
      root = extent
      release = try await ForeignRoot.release(in: tree)
      let text = try await ForeignRoot.fstab(in: tree)
      fstab = text
      system = try await offPool { GuestSystem(image, table, foreign: extent, fstab: text) }
      trees = [tree]
    }
    try await addParts(of: image, table, fstab, scratch, host)
  }

  private mutating func addParts(
    of image: FilePath, _ table: PartitionTable, _ fstab: [UInt8], _ scratch: FilePath, _ host: Host
  ) async throws {
    let root = root
    let parts = try await offPool { ForeignMount.list(image, table, besides: root, fstab: fstab) }
    let volumes = Dictionary(grouping: parts, by: \.extent).values.sorted { $0[0].extent.offset < $1[0].extent.offset }
    for mounts in volumes {
      let volume = ForeignRoot.volume(of: image, mounts[0])
      if let tree = try await OutsideTree.part(mounts, in: volume, of: image, scratch: scratch, host: host) {
        trees.append(tree)
      } else {
        problems.append("the \(volume.kind) file system at '\(mounts[0].place)' cannot be looked through")
      }
    }
  }

  private static func outside(
    _ image: FilePath, _ scratch: FilePath, _ host: Host
  ) async throws -> (GuestVolume, OutsideTree)? {
    let volumes = try await offPool { ForeignRoot.candidates(in: image, onePartition: false) }
    for volume in volumes {
      guard case .system(let tree) = try await OutsideTree.find(in: volume, of: image, scratch: scratch, host: host)
      else { continue }
      return (volume, tree)
    }
    if !volumes.isEmpty, host.runner.locate(GrubReader.tool) == nil {
      throw FactoryError(
        .hostNotReady, "cannot find '\(GrubReader.tool)', required to look into xfs and btrfs",
        hint: ToolCatalogue.hint(for: GrubReader.tool))
    }
    return nil
  }
}
