import DiskImages
import HostSystem
import Model
import SystemPackage

/// The clean-up of an xfs or btrfs root: nothing but looking when the guest has cleaned itself, else by the sudo helper.
struct ForeignCleaning: Sendable {
  let plan: BuildPlan
  let context: StageContext
  let root: ForeignRoot

  /// Sees to it that the system is clean and its free space holes; throws ``FactoryError``.
  func run() async throws -> StageOutcome {
    let files = RootFileSystem(image: plan.disk.raw, context: context)
    let table = try await files.table()
    try await files.prepareOthers(table, besides: nil)
    let (image, extent, fstab) = (plan.disk.raw, root.extent, root.fstab)
    let others = try await offPool { GuestSystem(image, table, foreign: extent, fstab: fstab) }
    let parts = try await offPool { ForeignMount.list(image, table, besides: extent, fstab: fstab) }
    var outcome = try await cleanRoot(others.mounts.map(\.place) + parts.map(\.place))
    outcome.facts += try await ForeignParts(plan: plan, context: context).clean(
      parts, around: others.mounts.map(\.place))
    try await clean(others)
    try await files.checkOthers(table, besides: nil)
    return outcome
  }

  /// The ext file systems that the root's fstab mounts (`/boot`, `/home`) are written here, whoever cleaned the root.
  private func clean(_ others: GuestSystem) async throws {
    guard !others.mounts.isEmpty else { return }
    let (plan, events) = (self.plan, context.events)
    do {
      _ = try await offPool { try GuestCleaning(plan: plan, events: events).clean(others) }
    } catch let error as DiskImageError {
      throw FactoryError(.processingFailed, "cannot clean the image: \(error.message)", hint: error.hint)
    }
    guard plan.cleaning.scan != .off else { return }
    let scan = LeftoverScan(
      answers: plan.answers.answers, cleaning: plan.cleaning, proxy: DepotAddress.host(of: plan))
    try LeftoverScan.judge(await scan.found(in: others), plan, events)
  }

  private func cleanRoot(_ mountPoints: [ImagePath]) async throws -> StageOutcome {
    var left = ["GRUB's tools cannot read the file system"]
    var failure: FactoryError?
    let found = try await OutsideTree.find(
      in: root.volume, of: plan.disk.raw, scratch: plan.workFolder, host: context.host)
    if case .system(let tree) = found {
      left = try await OutsideCheck(plan: plan, tree: tree, proxy: DepotAddress.host(of: plan)).run()
      if left.isEmpty {
        switch try await giveBack() {
        case .success(let given): return try await finish(tree, given)
        case .failure(let error): failure = error
        }
      }
    }
    let purpose = "clean \(root.title(plan))"
    guard let missing = await SudoHelper(host: context.host).findings(purpose: purpose).first else {
      return try await PrivilegedCleaning(plan: plan, context: context, root: root, mountPoints: mountPoints).run()
    }
    if let failure { throw failure }
    throw ForeignCleaning.leftBehind(left, purpose, missing)
  }

  static func leftBehind(_ left: [String], _ purpose: String, _ missing: Finding) -> FactoryError {
    let shown = left.prefix(10) + (left.count > 10 ? ["and \(left.count - 10) more"] : [])
    return FactoryError(
      .processingFailed,
      "cannot \(purpose) without root: the guest left \(left.count) thing\(left.count == 1 ? "" : "s") to clean",
      hint: missing.hint, details: shown.map(\.printable) + [missing.message])
  }

  /// The file system is checked and its free space made holes; a failure is what the helper may get over, by mounting it.
  private func giveBack() async throws -> Result<ByteSize, FactoryError> {
    do {
      return .success(
        try await root.withCopy(plan) { copy in
          guard try await root.check(copy, plan, in: context) else {
            throw FactoryError(
              .processingFailed, "the guest did not unmount the \(root.kindName) file system of '\(plan.image)'",
              hint: "the installation has to end with a clean shutdown")
          }
          return try await root.freeSpace(plan, context).giveBack(copy: copy)
        })
    } catch let error as FactoryError {
      return .failure(error)
    }
  }

  /// Nothing was left to clean: what a golden image should not have is looked for.
  private func finish(_ tree: OutsideTree, _ given: ByteSize) async throws -> StageOutcome {
    var outcome = StageOutcome(facts: root.distribution ?? "unknown distribution", "cleaned by the guest itself")
    if given.bytes > 0 { outcome.facts.append("\(given) given back") }
    let cleaning = plan.cleaning
    let linked = await tree.linked
    for pattern in cleaning.keep + cleaning.logs + cleaning.remove + cleaning.add + cleaning.empty {
      if let folder = linked[pattern] { LinkedFolder.warn(context.events, of: pattern, in: folder) }
    }
    guard plan.cleaning.scan != .off else { return outcome }
    let scan = LeftoverScan(
      answers: plan.answers.answers, cleaning: plan.cleaning, proxy: DepotAddress.host(of: plan))
    let found = try await OutsideScan(tree: tree, scan: scan).run()
    if !found.isEmpty { outcome.facts.append("\(found.count) left-overs") }
    try LeftoverScan.judge(found, plan, context.events)
    return outcome
  }
}
