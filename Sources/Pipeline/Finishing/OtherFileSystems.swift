import DiskImages
import Model

/// The ext file systems of a disk besides its root: `/boot`, `/home`, `/var` on partitions and volumes of their own.
///
/// Their free space is zeroed as the root's is, so they have to be as sound before; those that the guest's fstab mounts are cleaned too.
extension RootFileSystem {
  /// Replays journals and checks; throws ``FactoryError``, with nothing cleaned yet.
  func prepareOthers(_ table: PartitionTable, besides root: ImageExtent?) async throws {
    for volume in others(table, root) {
      let outcome = try await wrapped("make the file system of \(volume.name) clean") {
        try await JournalReplay.run(image, in: volume.extent, run: run)
      }
      if outcome != .notNeeded {
        context.events.warning("the guest did not unmount the file system of \(volume.name): \(outcome.rawValue)")
      }
    }
    try await checkOthers(table, besides: root)
  }

  /// `e2fsck -fn` says that they are clean.
  func checkOthers(_ table: PartitionTable, besides root: ImageExtent?) async throws {
    for volume in others(table, root) {
      try await wrapped("check the file system of \(volume.name)") {
        try await FileSystemCheck.check(image, in: volume.extent, run: run)
      }
    }
  }

  /// The root and what its fstab mounts in it.
  func system(_ table: PartitionTable, _ root: RootPartition) async throws -> GuestSystem {
    let image = image
    return try await wrapped("find the guest's file systems") {
      try await offPool { try GuestSystem(image, table, root: root) }
    }
  }

  /// The xfs and btrfs file systems that the root's fstab mounts.
  func foreignParts(_ table: PartitionTable, _ root: RootPartition) async throws -> [ForeignMount] {
    let image = image
    return try await wrapped("find the guest's file systems") {
      try await offPool {
        ForeignMount.list(
          image, table, besides: root.extent, fstab: try GuestSystem.fstab(image, root: root.extent))
      }
    }
  }

  private func others(_ table: PartitionTable, _ root: ImageExtent?) -> [(name: String, extent: ImageExtent)] {
    table.extVolumes.filter { $0.extent != root }.map { volume in
      (volume.logical == nil ? "partition \(volume.name)" : "'\(volume.name)'", volume.extent)
    }
  }
}
