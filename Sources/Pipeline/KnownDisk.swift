import DiskImages
import Synchronization
import SystemPackage

/// What a build's stages have found out about its disk, so that it is asked once.
///
/// libparted has the whole file written to the disk whenever it closes it, and `e2fsck` does so even when it only looks: for a copy that was
/// made a moment ago these are seconds of waiting for bytes that are removed in the end.
package final class KnownDisk: Sendable {
  private struct Knowledge {
    var table: PartitionTable?
    var isSound = false
  }

  private let knowledge = Mutex(Knowledge())

  package init() {}

  /// The disk is byte for byte one with this table; `isSound`: whose ext file systems were all checked.
  func learn(_ table: PartitionTable, isSound: Bool) {
    knowledge.withLock { $0 = Knowledge(table: table, isSound: isSound) }
  }

  /// The table, read when it is not known; throws as `PartitionTable.read`. Blocks.
  func table(of image: FilePath) throws -> PartitionTable {
    if let known = knowledge.withLock({ $0.table }) { return known }
    let table = try PartitionTable.read(image)
    knowledge.withLock { $0.table = table }
    return table
  }

  /// Whether its ext file systems were checked and nothing was changed since; asking ends that, as whoever asks is about to change it.
  func takeSoundness() -> Bool {
    knowledge.withLock { known in
      defer { known.isSound = false }
      return known.isSound
    }
  }

  /// Partitions have been moved or cut.
  func forget() { knowledge.withLock { $0 = Knowledge() } }
}
