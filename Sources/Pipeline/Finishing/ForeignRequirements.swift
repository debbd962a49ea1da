import DiskImages
import Model
import PrivilegedOperations

/// What the host must have for xfs and btrfs file systems.
extension ForeignRoot {
  /// When the root will be, or on a given disk is, of such a kind, or another file system of the system.
  static func requirements(of plan: BuildPlan) -> [Requirement] {
    var kinds: Set<GuestVolume.Kind> = []
    if let disk = plan.disk.given {
      kinds = Set(candidates(in: disk, onePartition: plan.cleaning.onePartition).map(\.kind))
    } else if plan.answers.ownFile == nil {
      // What a user's own answer file makes is seen when it is there.
      let root = plan.answers.answers.disk.partitions.first { $0.mountPoint == "/" }?.fileSystem
      if let root, let kind = GuestVolume.Kind(rawValue: root.rawValue) { kinds = [kind] }
    }
    let cleansItself = plan.disk.given == nil && plan.answers.cleansItself
    let ofRoot = kinds.subtracting([.ext4]).sorted { $0.rawValue < $1.rawValue }.flatMap { kind in
      let object = "the \(kind) file system of '\(plan.image)'"
      return [
        cleansItself
          ? Requirement.tool(GrubReader.tool, purpose: "look into \(object)") : .sudoHelper(purpose: "clean \(object)"),
        .tool(checker(kind), purpose: "check \(object)"),
      ]
    }
    return ofRoot + parts(of: plan).flatMap { requirements(ofPart: $0.place, $0.kind, plan) }
  }

  /// The file systems beside the root: those that are asked for, or that the fstab of a given disk mounts.
  private static func parts(of plan: BuildPlan) -> [(place: ImagePath, kind: GuestVolume.Kind)] {
    guard let disk = plan.disk.given else {
      return plan.answers.foreignParts.compactMap { part in
        guard let kind = GuestVolume.Kind(rawValue: part.fileSystem.rawValue),
          let place = try? ImagePath(part.mountPoint ?? "")
        else { return nil }
        return (place, kind)
      }
    }
    // Of another kind of root it is known when that is looked into.
    guard let table = try? PartitionTable.read(disk), let root = try? RootPartition.find(in: disk, table),
      let fstab = try? GuestSystem.fstab(disk, root: root.extent)
    else { return [] }
    return ForeignMount.list(disk, table, besides: root.extent, fstab: fstab).map { mount in
      (mount.place, volume(of: disk, mount).kind)
    }
  }

  /// Mostly nothing is to be cleaned there; where something may be and no script of ours does it, the helper had better be there.
  private static func requirements(
    ofPart place: ImagePath, _ kind: GuestVolume.Kind, _ plan: BuildPlan
  ) -> [Requirement] {
    let cleaning = plan.cleaning
    let patterns = cleaning.logs + cleaning.remove + cleaning.add + cleaning.empty
    let object = "the \(kind) file system of '\(plan.image)' at '\(place)'"
    let mayHold = !MountedPatterns(place: place).inside(patterns).isEmpty
    // Of a given disk it is known within seconds.
    let needsHelper = mayHold && plan.disk.given == nil && plan.answers.selfCleaning == nil
    return [
      .tool(GrubReader.tool, purpose: "look into \(object)"), .tool(checker(kind), purpose: "check \(object)"),
    ] + (needsHelper ? [.sudoHelperIfNeeded(purpose: "clean \(object)")] : [])
  }
}
