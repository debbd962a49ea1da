import DiskImages
package import Model
import SystemPackage

/// Turns free blocks into holes that read as zero, so that the image is as small as its contents.
package struct ZeroStage: Stage {
  package static let name = "zero"

  package init() {}

  package func run(_ plan: BuildPlan, in context: StageContext) async throws -> StageOutcome {
    let files = RootFileSystem(image: plan.disk.raw, context: context)
    // Such a root gave its free space back when it was cleaned: the kernel alone knows what is free in it.
    let foreign = try await ForeignRoot.find(plan, in: context)
    let found = try await foreign == nil ? files.find(.any) : nil
    let table: PartitionTable
    if let found { table = found.table } else { table = try await files.table() }
    let image = plan.disk.raw
    let report: FreeSpaceZeroing.Report
    do {
      report = try await offPool { try FreeSpaceZeroing.zero(image: image, table: table) }
    } catch let error as DiskImageError {
      throw FactoryError(.processingFailed, "cannot zero the free space: \(error.message)", hint: error.hint)
    }
    let cleaned = try await self.cleaned(table, found?.root, foreign, files)
    // Our own last script in the guest trims every file system; what a user's own answer file does is not known.
    let others = table.places.filter { Self.keepsFreeSpace($0.content) && !cleaned.contains($0.extent) }.map(
      \.content.name)
    if plan.answers.ownFile != nil, !others.isEmpty {
      context.events.warning(
        "the free space of \(others.joined(separator: ", ")) is left as it is: run 'fstrim -av' at the end of the installation"
      )
    }
    if report.wroteZeros {
      context.events.warning("the host's file system cannot punch holes: zeros were written, the raw image stays large")
    }
    if let foreign { try await foreign.check(plan, in: context) }
    if let found { try await files.check(found.root) }
    try await files.checkOthers(table, besides: found?.root.extent)
    return StageOutcome(facts: "\(report.before.allocated) → \(report.after.allocated)")
  }

  /// The file systems that gave their free space back when they were cleaned.
  private func cleaned(
    _ table: PartitionTable, _ root: RootPartition?, _ foreign: ForeignRoot?, _ files: RootFileSystem
  ) async throws -> [ImageExtent] {
    if let root { return try await files.foreignParts(table, root).map(\.extent) }
    guard let foreign else { return [] }
    let image = files.image
    let parts = try await offPool {
      ForeignMount.list(image, table, besides: foreign.extent, fstab: foreign.fstab)
    }
    return [foreign.extent] + parts.map(\.extent)
  }

  /// File systems whose free blocks are not known here.
  private static func keepsFreeSpace(_ content: VolumeContent) -> Bool {
    switch content {
    case .xfs, .btrfs, .vfat, .luks, .other: true
    case .ext, .swap, .lvm: false
    }
  }
}
