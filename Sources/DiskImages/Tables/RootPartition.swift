import Model
package import SystemPackage

/// The partition with the root file system.
package struct RootPartition: Sendable, Hashable {
  /// How many partitions an image may have.
  package enum Policy: String, Sendable, Hashable {
    /// The Python tool's rule, for images that ask for it.
    case exactlyOne
    case any
  }

  package var partition: PartitionTable.Partition
  /// The logical volume when the root is in one; nil: in the partition itself.
  package var volume: LogicalVolume?
  /// `PRETTY_NAME` of its os-release, control characters replaced; nil when there is none.
  package var distribution: String?

  /// Where the file system lies in the image.
  package var extent: ImageExtent { volume?.extent ?? partition.extent }

  /// Looks into every ext file system of the image for `/etc` and `/usr` (or an os-release); nothing is written.
  ///
  /// Throws `.partitionCount` when the policy is broken, `.noRootFileSystem` when there is none or more than one, `.corrupt` when the only
  /// candidates cannot be read. A journal is not replayed for it. Blocks.
  package static func find(
    in image: FilePath, _ table: PartitionTable, policy: Policy = .any
  ) throws -> RootPartition {
    if policy == .exactlyOne, table.partitions.count != 1 {
      throw DiskImageError(
        .partitionCount, "expected exactly one partition in '\(image)', but found \(table.summary)",
        hint: "change the partitioning of the installation, or allow more partitions for this image")
    }
    var found: [RootPartition] = []
    var failure: (any Error)?
    for partition in table.partitions {
      for volume in [nil] + partition.volumes.map(Optional.some) {
        do {
          if let root = try examine(image, partition, volume) { found.append(root) }
        } catch {
          failure = failure ?? error
        }
      }
    }
    // A copy of the system on a second partition is no root by chance: nothing tells which one is meant.
    if found.count > 1 {
      let numbers = found.map { $0.volume?.name ?? String($0.partition.number) }.joined(separator: ", ")
      throw DiskImageError(.noRootFileSystem, "partitions \(numbers) of '\(image)' all look like the root file system")
    }
    if let root = found.first { return root }
    if let failure { throw failure }
    throw DiskImageError(
      .noRootFileSystem, "no ext file system of '\(image)' holds '/etc' and '/usr': found \(table.summary)",
      hint: "the installation has probably failed, or the root is of a kind that is not handled here (xfs, btrfs)")
  }

  private static func examine(
    _ image: FilePath, _ partition: PartitionTable.Partition, _ volume: LogicalVolume?
  ) throws -> RootPartition? {
    let place = volume == nil ? partition.extent : volume?.extent
    guard case .ext = volume == nil ? partition.content : volume?.content, let place else { return nil }
    let files = try Ext4FileSystem.open(image: image, extent: place, mode: .readOnly)
    guard try files.status(ImagePath("etc"))?.kind == .directory else { return nil }
    let release = try files.osRelease()
    guard try release != nil || files.status(ImagePath("usr"))?.kind == .directory else { return nil }
    return RootPartition(partition: partition, volume: volume, distribution: release)
  }
}

extension PartitionTable {
  /// One line for people: `2 partitions: 1 vfat, 2 ext4`.
  package var summary: String {
    if partitions.isEmpty { return "no partition" }
    if label == .none { return "no partition table but one file system (\(partitions[0].fileSystem ?? "unknown"))" }
    let list = partitions.map(\.summary).joined(separator: ", ")
    return "\(partitions.count) partition\(partitions.count == 1 ? "" : "s"): \(list)"
  }
}

extension PartitionTable.Partition {
  /// `2 ext4`, or `3 LVM2_member (vg/root ext4, vg/swap swap)`.
  package var summary: String {
    let inner = volumes.map { "\($0.name) \($0.content?.name ?? "unknown")" }.joined(separator: ", ")
    return "\(number) \(fileSystem ?? "unknown")" + (inner.isEmpty ? "" : " (\(inner))")
  }
}

/// Which distribution an os-release names, as it names itself: nothing in it is trusted, all of it is printable.
package struct OSRelease: Sendable, Hashable {
  /// `debian`; empty when it does not say.
  package var id = ""
  /// `13`; empty for rolling distributions.
  package var version = ""

  /// `PRETTY_NAME`; nil when it has none.
  package var prettyName: String?

  /// One that says nothing.
  package init() {}

  /// Reads an os-release(5).
  package init(_ text: String) {
    for line in text.split(whereSeparator: \.isNewline) {
      if line.hasPrefix("ID=") { id = OSRelease.value(of: line) }
      if line.hasPrefix("VERSION_ID=") { version = OSRelease.value(of: line) }
      if line.hasPrefix("PRETTY_NAME=") { prettyName = prettyName ?? OSRelease.value(of: line) }
    }
  }

  /// What follows the equals sign, unquoted.
  private static func value(of line: Substring) -> String {
    let text = String(line.drop { $0 != "=" }.dropFirst())
    return ((try? ShellWords.split(text))?.first ?? text).printable
  }
}

extension Ext4FileSystem {
  /// `ID` and `VERSION_ID` of the image's os-release; nil when there is none.
  package func osReleaseFields() throws -> OSRelease? {
    try osReleaseText().map(OSRelease.init)
  }

  private func osReleaseText() throws -> String? {
    for place in ["etc/os-release", "usr/lib/os-release"] {
      guard let path = try resolve(ImagePath(place)), try status(path)?.kind == .file else { continue }
      return String(decoding: try readFile(path, limit: 1 << 16), as: UTF8.self)
    }
    return nil
  }

  /// `PRETTY_NAME` of the image's os-release (os-release(5)), control characters replaced; nil when there is none.
  package func osRelease() throws -> String? {
    try osReleaseText().map { OSRelease($0).prettyName ?? "" }
  }
}
