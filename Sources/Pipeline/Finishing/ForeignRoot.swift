import DiskImages
import HostSystem
import Model
import PrivilegedOperations
import Synchronization
import SystemPackage

/// A root file system that the kernel alone can write: xfs or btrfs, read by GRUB's tools or through the sudo helper.
struct ForeignRoot: Sendable, Hashable {
  var volume: GuestVolume
  /// `PRETTY_NAME` of its os-release, printable; nil when there is none.
  var distribution: String?
  /// What its fstab says; empty when there is none.
  var fstab: [UInt8] = []

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
    let cleansItself = plan.disk.given == nil && plan.answers.cleansItself
    return kinds.subtracting([.ext4]).sorted { $0.rawValue < $1.rawValue }.flatMap { kind in
      let object = "the \(kind) file system of '\(plan.image)'"
      return [
        cleansItself
          ? Requirement.tool(GrubReader.tool, purpose: "look into \(object)") : .sudoHelper(purpose: "clean \(object)"),
        .tool(checker(kind), purpose: "check \(object)"),
      ]
    }
  }

  /// Finds the root; nil when there is no such file system, or an ext file system is the root. Throws ``FactoryError``.
  static func find(_ plan: BuildPlan, in context: StageContext) async throws -> ForeignRoot? {
    let (image, one) = (plan.disk.raw, plan.cleaning.onePartition)
    var found: [ForeignRoot] = []
    let volumes = try await offPool { candidates(in: image, onePartition: one) }
    for volume in volumes {
      if let root = try await look(into: volume, of: image, plan, context) { found.append(root) }
    }
    if found.isEmpty {
      for volume in volumes {
        if let root = try await ForeignRoot(volume: volume).lookAfterReplay(plan, context) { found.append(root) }
      }
    }
    if found.count > 1 {
      throw FactoryError(.processingFailed, "\(found.count) file systems of '\(image)' look like the root file system")
    }
    return found.first
  }

  private static let fstabPath = "/etc/fstab"
  private static let releases = ["/etc/os-release", "/usr/lib/os-release"]

  static func look(
    into volume: GuestVolume, of image: FilePath, _ plan: BuildPlan, _ context: StageContext
  ) async throws -> ForeignRoot? {
    switch try await OutsideTree.find(in: volume, of: image, scratch: plan.workFolder, host: context.host) {
    case .noSystem: return nil
    case .system(let tree):
      var root = ForeignRoot(volume: volume)
      for path in releases where root.distribution == nil {
        let text = try await tree.read(ImagePath(path), limit: LeftoverScan.largestFile)
        root.distribution = prettyName(String(decoding: text ?? [], as: UTF8.self))
      }
      root.fstab = try await tree.read(ImagePath(fstabPath), limit: LeftoverScan.largestFile) ?? []
      return root
    case .unreadable: return try await lookByHelper(into: volume, plan, context)
    }
  }

  private static func lookByHelper(
    into volume: GuestVolume, _ plan: BuildPlan, _ context: StageContext
  ) async throws -> ForeignRoot? {
    let run = HelperRun(plan: plan, context: context)
    return try await run.inspect(
      volume, read: releases + [fstabPath], purpose: "look into the \(volume.kind) file system"
    ) {
      output in
      var root: ForeignRoot?
      try output.forEach { record, data in
        switch record.kind {
        case .root: root = ForeignRoot(volume: volume)
        case .file where record.name.elementsEqual(fstabPath.utf8): root?.fstab = try data() ?? []
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

  /// The file system's own checker says that it is sound; throws ``FactoryError``, with nothing changed on the disk.
  ///
  /// One that was not unmounted is judged as it will be when its log is replayed, which the mount for the clean-up does.
  func check(_ plan: BuildPlan, in context: StageContext) async throws {
    try await withCopy(plan) { copy in
      if try await check(copy, plan, in: context) { return }
      context.events.warning("the guest did not unmount its root file system: its log is replayed")
      try await replay(copy, plan, in: context)
      guard try await check(copy, plan, in: context) else {
        throw FactoryError(
          .processingFailed, "the log of the \(kindName) file system of '\(plan.image)' could not be replayed")
      }
    }
  }

  /// Calls `body` with the file system in a file of its own, without its holes: its tools take no offset.
  func withCopy<Value: Sendable>(_ plan: BuildPlan, _ body: (FilePath) async throws -> Value) async throws -> Value {
    let copy = HelperRun.withoutLinks(plan.workFolder).appending("file-system-to-check")
    let (image, run) = (plan.disk.raw, extent)
    defer { try? Folder.remove(copy) }
    do {
      try await offPool { try SparseFile.extract(run, of: image, to: copy) }
    } catch let error as DiskImageError {
      throw FactoryError(.processingFailed, "cannot check the root file system: \(error.message)", hint: error.hint)
    }
    return try await body(copy)
  }

  /// Checks a copy; false: it was not unmounted, and changes are in its log only. Throws ``FactoryError`` for a damaged one.
  ///
  /// `xfs_repair -n` ends with 1 for damage and for a log alike, and tells the log in words (xfsprogs 4 to 6; `xfs_logprint -t` says
  /// `state: <DIRTY>`, but prints a log of gigabytes as well). Where the words change one day, such a file system counts as damaged.
  /// `btrfs check` passes over the log of a btrfs: its superblock tells whether there is one.
  func check(_ copy: FilePath, _ plan: BuildPlan, in context: StageContext) async throws -> Bool {
    let kind = volume.kind
    let isUnmounted = Mutex(true)
    let purpose = "check the \(kind) file system of '\(plan.image)'"
    let command =
      kind == .xfs
      ? Command("xfs_repair", ["-n", "-f", copy.string], purpose: purpose)
      : Command("btrfs", ["check", "--readonly", copy.string], purpose: purpose)
    let result = try await context.host.runner.run(command) { line in
      if line.text.contains("valuable metadata changes in a log") { isUnmounted.withLock { $0 = false } }
    }
    if kind == .xfs, !isUnmounted.withLock({ $0 }) { return false }
    guard result.succeeded else {
      throw result.failure(
        of: command, status: .processingFailed, hint: "the file system is damaged; was the guest shut down cleanly?")
    }
    return try kind != .btrfs || !ForeignLog.isInBtrfs(copy)
  }

  /// The tool that a check runs.
  static func checker(_ kind: GuestVolume.Kind) -> String { kind == .xfs ? "xfs_repair" : "btrfs" }
}
