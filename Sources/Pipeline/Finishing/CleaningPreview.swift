import DiskImages
package import Model
import SystemPackage

/// What a clean-up would do to a disk, without doing it.
package struct CleaningPreview: Sendable, Codable {
  /// One path.
  package struct Entry: Sendable, Codable {
    package enum Action: String, Sendable, Codable {
      /// Saved beside the image, then removed.
      case save
      case remove
      case empty
    }

    package var path: String
    package var action: Action
    /// What it and everything below it takes.
    package var size: ByteSize
  }

  package var entries: [Entry] = []
  package var size: ByteSize { ByteSize(bytes: entries.reduce(0) { CleaningPreview.sum($0, $1.size.bytes) }) }
  /// Why patterns have no effect, one sentence each.
  package var skipped: [String] = []
  /// What would be left that a golden image should not have.
  package var leftovers: [Leftover] = []

  /// Nothing yet.
  init() {}

  /// Looks at the ext file systems of a raw disk's system; throws `DiskImageError`. Blocks.
  init(of image: FilePath, _ cleaning: Cleaning, _ answers: InstallAnswers) throws {
    let table = try PartitionTable.read(image)
    try self.init(of: GuestSystem(image, table, root: RootPartition.find(in: image, table)), cleaning, answers)
  }

  /// The same for a system that was found; throws `DiskImageError`. Blocks.
  init(of system: GuestSystem, _ cleaning: Cleaning, _ answers: InstallAnswers) throws {
    if system.root == nil, system.mounts.isEmpty { return }
    // A damaged `/home` is told by the inspection; the rest can be looked at all the same.
    let files = try GuestFiles(system.readable())
    var skipped: [String] = []
    let kept = try KeptPaths(cleaning.keep, in: files) {
      skipped.append(LinkedFolder.sentence($0.printable, $1.description))
    }
    var seen: Set<ImagePath> = []
    for (action, patterns) in CleaningPreview.lists(cleaning) {
      for pattern in patterns {
        let found = try files.matches(of: pattern)
        skipped += found.links.map { LinkedFolder.sentence(pattern.printable, $0.description) }
        for path in found.paths where !kept.covers(path) && seen.insert(path).inserted {
          let size = try CleaningPreview.size(path, files)
          guard action != .empty || size > 0 else { continue }
          entries.append(Entry(path: path.description, action: action, size: ByteSize(bytes: size)))
        }
      }
    }
    self.skipped = skipped
    let doomed = Set(seen)
    leftovers = try LeftoverScan(answers: answers, cleaning: cleaning, proxy: nil).run(in: files) { path in
      var path = path
      while !doomed.contains(path) {
        guard path != .root else { return false }
        path = path.parent
      }
      return true
    }
  }

  static func lists(_ cleaning: Cleaning) -> [(Entry.Action, [String])] {
    let hostKeys = cleaning.regenerateHostKeys ? [HostKeys.pattern] : []
    return [
      (.save, cleaning.logs), (.remove, cleaning.remove + cleaning.add + hostKeys), (.empty, cleaning.empty),
    ]
  }

  private static func size(_ path: ImagePath, _ files: GuestFiles) throws -> Int64 {
    guard let status = try files.status(path) else { return 0 }
    guard status.kind == .directory else { return status.kind == .file ? status.size : 0 }
    var total: Int64 = 0
    try files.walk(path) { _, below in if below.kind == .file { total = sum(total, below.allocated) } }
    return total
  }

  /// What a guest claims need not fit a number.
  static func sum(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
  }
}
