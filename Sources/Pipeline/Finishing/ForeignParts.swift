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
    /// nil: it cannot be read, for `reason`.
    var tree: OutsideTree?
    var reason = "GRUB's tools cannot read it"
    /// The helper can do more.
    var mayBeCleaned = true
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
    guard look.mayBeCleaned else {
      leaveAlone(root, look.reason)
      return nil
    }
    let purpose = "clean \(root.title(plan))"
    guard let missing = await SudoHelper(host: context.host).findings(purpose: purpose).first else {
      let cleaning = PrivilegedCleaning(plan: plan, context: context, root: root, mountPoints: others, parts: parts)
      return try await cleaning.run().facts.joined(separator: ": ")
    }
    if !look.left.isEmpty {
      let failure = ForeignCleaning.leftBehind(look.left, purpose, missing)
      // What a user's own answer file makes is seen now for the first time: too late to ask for the helper.
      guard plan.answers.ownFile != nil else { throw failure }
      context.events.warning(([failure.message] + failure.details).joined(separator: "; "))
      return nil
    }
    leaveAlone(root, "\(look.reason); \(missing.message)")
    return nil
  }

  private func leaveAlone(_ root: ForeignRoot, _ reason: String) {
    let place = root.place.map { " at '\($0)'" } ?? ""
    context.events.warning(
      "the \(root.kindName) file system\(place) is left as it is, not looked through: \(reason)")
  }

  /// Where nothing is to be cleaned free space becomes holes.
  private func look(at root: ForeignRoot, _ parts: [ForeignMount]) async throws -> Look {
    let checker = ForeignRoot.checker(root.volume.kind)
    guard context.host.runner.locate(checker) != nil else {
      return Look(reason: "'\(checker)' is not installed", mayBeCleaned: false)
    }
    return try await root.withCopy(plan) { copy in
      var look = Look()
      guard try await root.check(copy, plan, in: context) else {
        look.reason = "the guest did not unmount it"
        return look
      }
      look.tree = try await OutsideTree.part(
        parts, in: root.volume, of: plan.disk.raw, scratch: plan.workFolder, host: context.host)
      guard let tree = look.tree else { return look }
      look.left = try await OutsideCheck(plan: plan, tree: tree, proxy: nil).run()
      guard look.left.isEmpty else { return look }
      do {
        look.given = try await root.freeSpace(plan, context).giveBack(copy: copy)
      } catch let error as FactoryError where !Task.isCancelled {
        context.events.warning("the free space of \(root.title(plan)) is left as it is: \(error.message)")
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
