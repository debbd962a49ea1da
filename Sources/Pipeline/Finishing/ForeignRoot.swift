import DiskImages
import HostSystem
import Model
import PrivilegedOperations
import SystemPackage

/// A root file system that the kernel alone can write: xfs or btrfs, reached through the sudo helper.
struct ForeignRoot: Sendable, Hashable {
  var volume: GuestVolume
  /// `PRETTY_NAME` of its os-release, printable; nil when there is none.
  var distribution: String?

  /// `xfs` or `btrfs`.
  var kindName: String { volume.kind.rawValue }
  var extent: ImageExtent { ImageExtent(offset: volume.offset, length: volume.size) }

  /// The file systems of an image that may be such a root, when no ext file system is the root.
  static func candidates(in image: FilePath, onePartition: Bool) -> [GuestVolume] {
    guard let table = try? PartitionTable.read(image), !onePartition || table.partitions.count == 1,
      (try? RootPartition.find(in: image, table)) == nil
    else { return [] }
    return table.places.compactMap { extent, content in
      let kind: GuestVolume.Kind
      switch content {
      case .xfs: kind = .xfs
      case .btrfs: kind = .btrfs
      default: return nil
      }
      // The helper takes no link on the way.
      return GuestVolume(
        file: HelperRun.withoutLinks(image).string, offset: extent.offset, size: extent.length, kind: kind)
    }
  }

  /// What the host must have when the root will be, or on a given disk is, of such a kind.
  static func requirements(of plan: BuildPlan) -> [Requirement] {
    var kinds: Set<GuestVolume.Kind> = []
    if let disk = plan.disk.given {
      kinds = Set(candidates(in: disk, onePartition: plan.cleaning.onePartition).map(\.kind))
    } else if plan.answers.ownFile == nil {
      // What a user's own answer file makes is seen when it is there.
      let root = plan.answers.answers.disk.partitions.first { $0.mountPoint == "/" }?.fileSystem
      if let root, let kind = GuestVolume.Kind(rawValue: root.rawValue) { kinds = [kind] }
    }
    return kinds.subtracting([.ext4]).sorted { $0.rawValue < $1.rawValue }.flatMap { kind in
      [
        Requirement.sudoHelper(purpose: "clean the \(kind) file system of '\(plan.image)'"),
        .tool(checker(kind), purpose: "check the \(kind) file system of '\(plan.image)'"),
      ]
    }
  }

  /// Finds the root; nil when there is no such file system, or an ext file system is the root. Throws ``FactoryError``.
  static func find(_ plan: BuildPlan, in context: StageContext) async throws -> ForeignRoot? {
    let (image, one) = (plan.disk.raw, plan.cleaning.onePartition)
    var found: [ForeignRoot] = []
    for volume in try await offPool({ candidates(in: image, onePartition: one) }) {
      if let root = try await look(into: volume, plan, context) { found.append(root) }
    }
    if found.count > 1 {
      throw FactoryError(.processingFailed, "\(found.count) file systems of '\(image)' look like the root file system")
    }
    return found.first
  }

  private static func look(
    into volume: GuestVolume, _ plan: BuildPlan, _ context: StageContext
  ) async throws -> ForeignRoot? {
    let releases = ["/etc/os-release", "/usr/lib/os-release"]
    let run = HelperRun(plan: plan, context: context)
    return try await run.inspect(volume, read: releases, purpose: "look into the \(volume.kind) file system") {
      output in
      var root: ForeignRoot?
      try output.forEach { record, data in
        switch record.kind {
        case .root: root = ForeignRoot(volume: volume)
        case .file where root?.distribution == nil:
          root?.distribution = prettyName(String(decoding: try data() ?? [], as: UTF8.self))
        default: break
        }
      }
      return root
    }
  }

  private static func prettyName(_ text: String) -> String? {
    for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix("PRETTY_NAME=") {
      let value = String(line.dropFirst("PRETTY_NAME=".count))
      return ((try? ShellWords.split(value))?.first ?? value).printable
    }
    return nil
  }

  /// The file system's own checker says that it is sound; throws ``FactoryError``.
  ///
  /// Neither tool takes an offset: the file system is copied out without its holes.
  func check(_ plan: BuildPlan, in context: StageContext) async throws {
    let copy = plan.workFolder.appending("file-system-to-check")
    let (image, run, kind) = (plan.disk.raw, extent, volume.kind)
    defer { try? Folder.remove(copy) }
    do {
      try await offPool { try SparseFile.extract(run, of: image, to: copy) }
    } catch let error as DiskImageError {
      throw FactoryError(.processingFailed, "cannot check the root file system: \(error.message)", hint: error.hint)
    }
    let purpose = "check the \(kind) file system of '\(plan.image)'"
    let command =
      kind == .xfs
      ? Command("xfs_repair", ["-n", "-f", copy.string], purpose: purpose)
      : Command("btrfs", ["check", "--readonly", copy.string], purpose: purpose)
    try await context.host.runner.succeed(
      command, failing: .processingFailed, hint: "the file system is damaged; was the guest shut down cleanly?")
  }

  /// The tool that ``check(_:in:)`` runs.
  static func checker(_ kind: GuestVolume.Kind) -> String { kind == .xfs ? "xfs_repair" : "btrfs" }
}
