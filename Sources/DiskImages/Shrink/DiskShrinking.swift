import Glibc
package import Model
package import SystemPackage

/// Makes a raw disk as small as what is in its last partition, the root file system: file system, partition, table and disk.
package enum DiskShrinking {
  /// What was done.
  package struct Report: Sendable, Hashable {
    package var before: ByteSize
    package var after: ByteSize
  }

  /// Why a disk cannot be made smaller; nil when it can.
  package static func obstacle(_ table: PartitionTable, _ root: RootPartition) -> String? {
    if root.volume != nil { return "the root file system is in a logical volume" }
    if table.label == .none { return "the disk has no partition table" }
    if root.partition.isLogical { return "the root file system is in a logical partition" }
    if let last = table.partitions.last, last.number != root.partition.number {
      return "partition \(last.number) (\(last.fileSystem ?? "unknown")) lies behind the root file system"
    }
    return nil
  }

  /// Shrinks file system and partition to their content and `margin` bytes more, and the disk with them.
  ///
  /// `scratch` is a file that does not exist, for a copy of the partition: `resize2fs` works on a file of its own only (given an offset
  /// it cuts the file where the file system would end without one, e2fsprogs 1.47). The file system has to be clean and checked. The
  /// disk is replaced by a rename when all is done, so that a failure leaves it as it was. Throws `.unsupported` with the obstacle,
  /// `.toolFailed`, `.corrupt`, `.noSpace`, and what `run` and `output` throw.
  package static func shrink(
    _ image: FilePath, _ table: PartitionTable, _ root: RootPartition, margin: ByteSize, scratch: FilePath,
    run: CommandRunner, output: @Sendable (Command) async throws -> String
  ) async throws -> Report {
    if let obstacle = obstacle(table, root) {
      throw DiskImageError(.unsupported, "the disk is not shrunk: \(obstacle)")
    }
    let partition = FilePath(scratch.string + ".partition")
    defer {
      unlink(partition.string)
      unlink(scratch.string)
    }
    let before = table.imageSize
    try SparseFile.extract(root.extent, of: image, to: partition)
    let minimum = try await minimum(partition, output)
    // Whole MiB: partitions are aligned to them, and every block size divides them.
    let wanted = (minimum + max(0, margin.bytes) + (1 << 20) - 1) / (1 << 20) * (1 << 20)
    guard wanted < root.extent.length else { return Report(before: before, after: before) }
    try await resize(partition, to: wanted, run)
    try await FileSystemCheck.check(partition, in: ImageExtent(offset: 0, length: wanted), run: run)
    try assemble(image, table, root, partition, wanted, into: scratch)
    guard rename(scratch.string, image.string) == 0 else {
      throw HostFile.failure("cannot replace", image, Errno(rawValue: errno))
    }
    return Report(before: before, after: try SparseFile.sizes(of: image).apparent)
  }

  /// Bytes that `resize2fs` says are needed at least.
  private static func minimum(
    _ partition: FilePath, _ output: (Command) async throws -> String
  ) async throws -> Int64 {
    let text = try await output(
      Command(
        "resize2fs", ["-P", QemuImage.argument(partition)], timeLimit: .seconds(600),
        purpose: "ask how small the root file system can be"))
    // "Estimated minimum size of the filesystem: 42152", in blocks.
    guard let last = text.split(whereSeparator: \.isWhitespace).last, let blocks = Int64(last), blocks > 0 else {
      throw DiskImageError(.toolFailed, "resize2fs does not say how small the file system can be")
    }
    let superblock = try Ext4FileSystem.superblock(
      of: partition, in: ImageExtent(offset: 0, length: SparseFile.sizes(of: partition).apparent.bytes))
    let (bytes, overflow) = blocks.multipliedReportingOverflow(by: superblock.blockSize)
    guard !overflow, bytes <= superblock.length else { return superblock.length }
    return bytes
  }

  private static func resize(_ partition: FilePath, to size: Int64, _ run: CommandRunner) async throws {
    // -f: it wants a check of its own kind before; ours was `e2fsck -fn` of the whole file system.
    let command = Command(
      "resize2fs", ["-f", QemuImage.argument(partition), "\(size >> 10)K"], timeLimit: .seconds(3600),
      purpose: "shrink the root file system")
    let status = try await run(command)
    guard status == 0 else { throw command.failure(status) }
  }

  /// The new disk: everything before the partition, the smaller partition, a table that says so.
  private static func assemble(
    _ image: FilePath, _ table: PartitionTable, _ root: RootPartition, _ partition: FilePath, _ length: Int64,
    into target: FilePath
  ) throws {
    try SparseFile.extract(ImageExtent(offset: 0, length: root.extent.offset), of: image, to: target)
    try SparseFile.insert(partition, into: target, at: root.extent.offset)
    // A GPT's second table takes the last 33 sectors; a whole MiB keeps the size round.
    let size = root.extent.offset + length + (table.label == .gpt ? 1 << 20 : 0)
    guard truncate(target.string, off_t(size)) == 0 else {
      throw HostFile.failure("cannot cut", target, Errno(rawValue: errno))
    }
    let rewrite = TableRewrite(
      sectorSize: Int64(table.sectorSize), oldDiskSize: table.imageSize.bytes, newDiskSize: size,
      start: root.extent.offset, oldLength: root.extent.length, newLength: length)
    switch table.label {
    case .gpt: try rewrite.gpt(target)
    case .msdos: try rewrite.msdos(target)
    case .none: return
    }
    try verify(target, table, root, length)
  }

  /// What libparted reads now is what it read before, but for the one length.
  private static func verify(_ target: FilePath, _ old: PartitionTable, _ root: RootPartition, _ length: Int64) throws {
    let table = try PartitionTable.read(target)
    var expected = old.partitions
    expected[expected.count - 1].extent.length = length
    guard table.label == old.label, table.partitions == expected, table.warnings.isEmpty else {
      throw DiskImageError(
        .invalidPartitionTable, "the partition table of the smaller disk is not what it should be: \(table.summary)",
        hint: table.warnings.first)
    }
  }
}
