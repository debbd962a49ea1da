import DiskImages
import HostSystem
import Model
import PrivilegedOperations
import SystemPackage

/// The xfs and btrfs file systems that the guest's fstab mounts in its system: they are as clean as the root, seen from outside or made
/// by the sudo helper; what cannot be told is said, with the place.
struct ForeignParts: Sendable {
  let plan: BuildPlan
  let context: StageContext

  /// Sees to all of them; gives what is worth a word in the report. `around`: places of other file systems, which stay.
  ///
  /// Throws ``FactoryError`` for a damaged one, and for one with something to clean when the helper is not there.
  func clean(_ mounts: [ForeignMount], around others: [ImagePath] = []) async throws -> [String] {
    var facts: [String] = []
    let volumes = Dictionary(grouping: mounts, by: \.extent).values.sorted { $0[0].extent.offset < $1[0].extent.offset }
    for parts in volumes {
      let root = ForeignRoot(volume: ForeignRoot.volume(of: plan.disk.raw, parts[0]), place: parts[0].place)
      let places = others + mounts.filter { $0.extent != parts[0].extent }.map(\.place)
      if let fact = try await clean(root, parts, around: places) { facts.append(fact) }
    }
    return facts
  }

  /// One file system as it is seen from outside.
  private struct Look: Sendable {
    var isUnmounted = true
    /// nil: it cannot be read.
    var tree: OutsideTree?
    /// What is to be cleaned.
    var left: [String] = []
    var given = ByteSize(bytes: 0)
  }

  private func clean(_ root: ForeignRoot, _ parts: [ForeignMount], around others: [ImagePath]) async throws -> String? {
    let look = try await look(at: root, parts)
    if let tree = look.tree, look.left.isEmpty {
      try await scan(tree)
      return look.given.bytes > 0 ? "\(look.given) of '\(parts[0].place)' given back" : nil
    }
    let purpose = "clean \(root.title(plan))"
    guard let missing = await SudoHelper(host: context.host).findings(purpose: purpose).first else {
      let cleaning = PrivilegedCleaning(plan: plan, context: context, root: root, mountPoints: others, parts: parts)
      return try await cleaning.run().facts.joined(separator: ": ")
    }
    if !look.left.isEmpty { throw ForeignCleaning.leftBehind(look.left, purpose, missing) }
    let reason = look.isUnmounted ? "GRUB's tools cannot read it" : "the guest did not unmount it"
    context.events.warning(
      "the \(root.kindName) file system at '\(parts[0].place)' is left as it is, not looked through: \(reason); \(missing.message)"
    )
    return nil
  }

  /// Where nothing is to be cleaned free space becomes holes.
  private func look(at root: ForeignRoot, _ parts: [ForeignMount]) async throws -> Look {
    try await root.withCopy(plan) { copy in
      var look = Look()
      look.isUnmounted = try await root.check(copy, plan, in: context)
      guard look.isUnmounted else { return look }
      look.tree = try await OutsideTree.part(
        parts, in: root.volume, of: plan.disk.raw, scratch: plan.workFolder, host: context.host)
      guard let tree = look.tree else { return look }
      look.left = try await OutsideCheck(plan: plan, tree: tree, proxy: nil).run()
      if look.left.isEmpty {
        look.given = try await root.freeSpace(plan, context).giveBack(copy: copy)
      }
      return look
    }
  }

  private func scan(_ tree: OutsideTree) async throws {
    guard plan.cleaning.scan != .off else { return }
    let scan = LeftoverScan(answers: plan.answers.answers, cleaning: plan.cleaning, proxy: DepotAddress.host(of: plan))
    try LeftoverScan.judge(await OutsideScan(tree: tree, scan: scan).run(), plan, context.events)
  }
}
