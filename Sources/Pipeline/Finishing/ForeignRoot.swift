import DiskImages
import HostSystem
import Model
import PrivilegedOperations
import Synchronization
import SystemPackage

/// A file system that the kernel alone can write, xfs or btrfs, read by GRUB's tools or through the sudo helper: the root of the guest's
/// system, or one that is mounted in it.
struct ForeignRoot: Sendable, Hashable {
  var volume: GuestVolume
  /// `PRETTY_NAME` of its os-release, printable; nil when there is none.
  var distribution: String?
  /// What its fstab says; empty when there is none.
  var fstab: [UInt8] = []
  /// Where it is mounted in the guest's system; nil: it is the root.
  var place: ImagePath?

  /// `xfs` or `btrfs`.
  var kindName: String { volume.kind.rawValue }
  var extent: ImageExtent { ImageExtent(offset: volume.offset, length: volume.size) }

  /// For people: "the xfs file system of 'golden'", and where it is mounted.
  func title(_ plan: BuildPlan) -> String {
    "the \(kindName) file system of '\(plan.image)'" + (place.map { " at '\($0)'" } ?? "")
  }

  /// A mounted file system as a volume of its image.
  static func volume(of image: FilePath, _ mount: ForeignMount) -> GuestVolume {
    // An image is a regular file, and the helper takes no link on the way.
    GuestVolume(
      file: HelperRun.withoutLinks(image).string, offset: mount.extent.offset, size: mount.extent.length,
      kind: mount.content == .xfs ? .xfs : .btrfs)
  }

  /// The file systems of an image that may be such a root, when no ext file system is the root.
  static func candidates(
    in image: FilePath, onePartition: Bool, known disk: KnownDisk = KnownDisk()
  ) -> [GuestVolume] {
    guard let table = try? disk.table(of: image), !onePartition || table.partitions.count == 1,
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

  /// Finds the root; nil when there is no such file system, or an ext file system is the root. Throws ``FactoryError``.
  static func find(_ plan: BuildPlan, in context: StageContext) async throws -> ForeignRoot? {
    let (image, one, disk) = (plan.disk.raw, plan.cleaning.onePartition, context.disk)
    var found: [ForeignRoot] = []
    let volumes = try await offPool { candidates(in: image, onePartition: one, known: disk) }
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
      root.distribution = try await release(in: tree).prettyName
      root.fstab = try await fstab(in: tree)
      return root
    case .unreadable: return try await lookByHelper(into: volume, plan, context)
    }
  }

  /// What its os-release says, empty when there is none.
  static func release(in tree: OutsideTree) async throws -> OSRelease {
    for path in releases {
      let text = try await tree.read(ImagePath(path), limit: LeftoverScan.largestFile)
      if let text, !text.isEmpty { return OSRelease(String(decoding: text, as: UTF8.self)) }
    }
    return OSRelease()
  }

  static func fstab(in tree: OutsideTree) async throws -> [UInt8] {
    try await tree.read(ImagePath(fstabPath), limit: LeftoverScan.largestFile) ?? []
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
          root?.distribution = OSRelease(String(decoding: try data() ?? [], as: UTF8.self)).prettyName
        default: break
        }
      }
      return root
    }
  }

  /// The file system's own checker says that it is sound; throws ``FactoryError``, with nothing changed on the disk.
  ///
  /// One that was not unmounted is judged as it will be when its log is replayed, which the mount for the clean-up does.
  func check(_ plan: BuildPlan, in context: StageContext) async throws {
    try await withCopy(plan) { copy in
      if try await check(copy, plan, in: context) { return }
      context.events.warning(
        "the guest did not unmount \(place.map { "'\($0)'" } ?? "its root file system"): its log is replayed")
      try await replay(copy, plan, in: context)
      guard try await check(copy, plan, in: context) else {
        throw FactoryError(
          .processingFailed, "the log of \(title(plan)) could not be replayed")
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
      throw FactoryError(.processingFailed, "cannot check \(title(plan)): \(error.message)", hint: error.hint)
    }
    return try await body(copy)
  }

  /// Checks a copy; false: it was not unmounted, and changes are in its log only. Throws ``FactoryError`` for a damaged one.
  ///
  /// `xfs_repair -n` ends with 1 for damage and for a log alike, and tells the log in words (xfsprogs 4 to 6; `xfs_logprint -t` says
  /// `state: <DIRTY>`, but prints a log of gigabytes as well). Where the words change one day, such a file system counts as damaged.
  /// `btrfs check` passes over the log of a btrfs: its superblock tells whether there is one.
  func check(_ copy: FilePath, _ plan: BuildPlan, in context: StageContext) async throws -> Bool {
    try await isUnmounted(copy, context.host.runner, purpose: "check \(title(plan))")
  }

  /// The same without a build.
  func isUnmounted(
    _ copy: FilePath, _ runner: any HostSystem.CommandRunner, purpose: String
  ) async throws -> Bool {
    let kind = volume.kind
    let isUnmounted = Mutex(true)
    let command =
      kind == .xfs
      ? Command("xfs_repair", ["-n", "-f", copy.string], purpose: purpose)
      : Command("btrfs", ["check", "--readonly", copy.string], purpose: purpose)
    let result = try await runner.run(command) { line in
      if line.text.contains("valuable metadata changes in a log") { isUnmounted.withLock { $0 = false } }
    }
    if kind == .xfs, !isUnmounted.withLock({ $0 }) { return false }
    guard result.succeeded else {
      throw result.failure(
        of: command, status: .processingFailed, hint: "the file system is damaged; was the guest shut down cleanly?")
    }
    return try kind != .btrfs || !ForeignLog.isInBtrfs(copy)
  }

  func freeSpace(_ plan: BuildPlan, _ context: StageContext) -> ForeignFreeSpace {
    ForeignFreeSpace(image: plan.disk.raw, root: self, runner: context.host.runner, title: title(plan))
  }

  /// The tool that a check runs.
  static func checker(_ kind: GuestVolume.Kind) -> String { kind == .xfs ? "xfs_repair" : "btrfs" }
}
