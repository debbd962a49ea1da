import Model
package import SystemPackage

/// Makes everything in an image that nobody needs a hole that reads as zero.
package enum FreeSpaceZeroing {
  /// What was zeroed, in bytes; holes that were there before count, too.
  package struct Report: Sendable, Hashable {
    package var freeBlocks: Int64 = 0
    package var freeInodes: Int64 = 0
    package var journal: Int64 = 0
    package var swap: Int64 = 0
    package var unpartitioned: Int64 = 0
    /// The host's file system cannot punch: the image reads as zero there but is not smaller.
    package var wroteZeros = false
    /// The file before and after.
    package var before: SparseFile.Sizes
    package var after: SparseFile.Sizes
  }

  /// Zeroes the whole image: every ext file system, swap areas, and space outside the partitions.
  ///
  /// Run `FileSystemCheck` on each ext file system before: the free blocks of a damaged bitmap may be somebody's. Other file systems
  /// are left alone. Throws `.needsRecovery` for an unclean ext file system, `.corrupt`, `.unsupported`, `.system`. Blocks.
  package static func zero(
    image: FilePath, table: PartitionTable, method: HolePuncher.Method = .punch
  ) throws -> Report {
    let before = try SparseFile.sizes(of: image)
    var report = Report(before: before, after: before)
    // All is collected before anything is punched, so that a file system that cannot be handled leaves the image as it was.
    let doomed = try runs(image, table)
    try punch(doomed, image, method, &report)
    return report
  }

  /// Zeroes one ext file system; as `zero(image:table:)`.
  package static func zero(
    image: FilePath, partition extent: ImageExtent, method: HolePuncher.Method = .punch
  ) throws -> Report {
    let before = try SparseFile.sizes(of: image)
    var report = Report(before: before, after: before)
    try punch(runs(image, extent), image, method, &report)
    return report
  }

  /// What nobody needs in the whole image, as ``zero(image:table:method:)`` would find it; throws as that does.
  package static func waste(image: FilePath, table: PartitionTable) throws -> [ImageExtent] {
    try runs(image, table).map(\.run)
  }

  /// What nobody needs in one place; nothing where the content is not known.
  static func waste(_ image: FilePath, _ place: ImageExtent, _ content: VolumeContent) throws -> [ImageExtent] {
    try runs(image, place, content).map(\.run)
  }

  private static func runs(_ image: FilePath, _ table: PartitionTable) throws -> [Run] {
    var doomed: [Run] = []
    for (place, content) in table.places { doomed += try runs(image, place, content) }
    return doomed + table.unusedSpace.map { Run($0, \.unpartitioned) }
  }

  private static func runs(_ image: FilePath, _ place: ImageExtent, _ content: VolumeContent) throws -> [Run] {
    switch content {
    case .ext: return try runs(image, place)
    case .swap: return try swapArea(image, place).map { [Run($0, \.swap)] } ?? []
    default: return []
    }
  }

  private typealias Run = (run: ImageExtent, counter: WritableKeyPath<Report, Int64>)

  private static func punch(
    _ runs: [Run], _ image: FilePath, _ method: HolePuncher.Method, _ report: inout Report
  ) throws {
    var puncher = try HolePuncher(image, method: method)
    for (run, counter) in runs {
      try puncher.punch(run)
      report[keyPath: counter] += run.length
    }
    report.wroteZeros = try puncher.close().wroteZeros
    report.after = try SparseFile.sizes(of: image)
  }

  private static func runs(_ image: FilePath, _ extent: ImageExtent) throws -> [Run] {
    if let reason = try Ext4FileSystem.superblock(of: image, in: extent).uncleanReason {
      throw DiskImageError(
        .needsRecovery, "the free space of '\(image)' cannot be told: \(reason)", hint: "replay its journal first")
    }
    let files = try Ext4FileSystem.open(image: image, extent: extent, mode: .readOnly)
    var runs: [Run] = []
    func add(_ run: ImageExtent, _ counter: WritableKeyPath<Report, Int64>) throws {
      guard run.offset > extent.offset, run.end <= extent.end else {
        throw DiskImageError(.corrupt, "the file system in '\(image)' refers to space outside of it")
      }
      runs.append((run, counter))
    }
    try files.forEachFreeRun { try add($0, \.freeBlocks) }
    try files.forEachFreeInodeRun { try add($0, \.freeInodes) }
    for run in try files.journalLog() { try add(run, \.journal) }
    return runs
  }

  /// Everything behind the header of a swap area (one page of 4 KiB; larger pages are not touched); nil when it holds a suspended system.
  private static func swapArea(_ image: FilePath, _ extent: ImageExtent) throws -> ImageExtent? {
    let signature = try HostFile(image).bytes(at: extent.offset + 4086, count: 10)
    guard extent.length > 4096, signature.elementsEqual("SWAPSPACE2".utf8) else { return nil }
    return ImageExtent(offset: extent.offset + 4096, length: extent.length - 4096)
  }
}

extension PartitionTable {
  /// Every place that holds something known: partitions, and logical volumes that are one run.
  package var places: [(extent: ImageExtent, content: VolumeContent)] {
    partitions.flatMap { partition in
      [(partition.extent, partition.content)]
        + partition.volumes.map { ($0.extent ?? partition.extent, $0.extent == nil ? nil : $0.content) }
    }.compactMap { extent, content in content.map { (extent, $0) } }
  }

  /// Space that belongs to no partition and to no table: between partitions and after the last one.
  ///
  /// Left out: everything before the first partition (boot loaders live there, often more than the first MiB), the inside of an extended
  /// partition (its tables lie between the logical ones), and on GPT the last MiB (the second table).
  package var unusedSpace: [ImageExtent] {
    guard label != .none else { return [] }
    var used = partitions.map(\.extent)
    if let extended { used.append(extended) }
    used.sort { $0.offset < $1.offset }
    guard var position = used.first?.end else { return [] }
    let end = imageSize.bytes - (label == .gpt ? 1 << 20 : 0)
    var gaps: [ImageExtent] = []
    for next in used.dropFirst() + [ImageExtent(offset: end, length: 0)] {
      if next.offset > position { gaps.append(ImageExtent(offset: position, length: next.offset - position)) }
      position = max(position, next.end)
    }
    return gaps
  }
}
