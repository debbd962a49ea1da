import DiskImages
import HostSystem
import Model
import PrivilegedOperations
import SystemPackage

/// The clean-up of an xfs or btrfs, done by the sudo helper in one call; what it hands out is judged and kept here, without root.
struct PrivilegedCleaning: Sendable {
  let plan: BuildPlan
  let context: StageContext
  let root: ForeignRoot
  /// Where other file systems are mounted in the root: these folders stay.
  var mountPoints: [ImagePath] = []
  /// Where the file system is mounted when it is not the root.
  var parts: [ForeignMount] = []

  /// Cleans, checks and looks through the file system; throws ``FactoryError``.
  func run() async throws -> StageOutcome {
    // Before anything is changed: a damaged file system must fail here, not be made worse.
    try await root.check(plan, in: context)
    let tally = try await clean()
    try await root.check(plan, in: context)
    var outcome = StageOutcome(
      facts: root.distribution ?? root.place.map { "'\($0)'" } ?? "unknown distribution",
      "\(tally.names) files removed (\(ByteSize(bytes: tally.bytes)))")
    let found = try await leftovers()
    if !found.isEmpty { outcome.facts.append("\(found.count) left-overs") }
    try LeftoverScan.judge(found, plan, context.events)
    return outcome
  }

  private func clean() async throws -> Tally {
    let cleaning = plan.cleaning
    // One with a name that the helper does not take is in no clean-up's pattern either.
    let points = mountPoints.filter(isInside).map(\.description).filter {
      ArgumentRule.path.accepts($0) && ArgumentRule.pattern.accepts($0)
    }
    // Host keys and apt's configuration are in the root.
    let work = CleaningWork(
      output: "/", isPart: isPart, keep: inside(cleaning.keep + points), save: inside(cleaning.logs),
      remove: inside(cleaning.remove + cleaning.add), empty: inside(cleaning.empty),
      hostKeys: cleaning.regenerateHostKeys && !isPart, proxy: isPart ? nil : proxy)
    let (plan, events) = (self.plan, context.events)
    let purpose = "clean \(root.title(plan))"
    return try await HelperRun(plan: plan, context: context).clean(root.volume, work, purpose: purpose) { output in
      var tally = Tally()
      try output.forEach { record, data in
        let path = self.path(record.name)
        switch record.kind {
        case .file: try PrivilegedCleaning.keep(path, plan, events, data)
        case .skipped:
          events.warning(
            "'\(path)' is removed without being saved: \(String(decoding: try data() ?? [], as: UTF8.self))")
        case .removed:
          let numbers = String(decoding: try data() ?? [], as: UTF8.self).split(separator: " ").compactMap { Int64($0) }
          if numbers.count == 2 { tally = Tally(names: Int(clamping: numbers[0]), bytes: numbers[1]) }
        case .linked:
          events.warning(
            LinkedFolder.sentence(String(decoding: try data() ?? [], as: UTF8.self).printable, path.description))
        case .root, .trimmed, .end: break
        }
      }
      return tally
    }
  }

  /// As ``GuestCleaning`` keeps a log: through a scratch file, piece by piece, under a name of plain characters.
  private static func keep(
    _ path: ImagePath, _ plan: BuildPlan, _ events: StageEvents, _ data: () throws -> [UInt8]?
  ) throws {
    let copy = plan.workFolder.appending("guest-log")
    defer { try? Folder.remove(copy) }
    let descriptor = try FileDescriptor.open(
      copy, .writeOnly, options: [.create, .truncate, .closeOnExec, .noFollow], permissions: .ownerReadWrite)
    try descriptor.closeAfter { while let piece = try data() { try descriptor.writeAll(piece) } }
    if plan.log.printInstallerLogs { events.line("---- \(path)") }
    try InstallerLogs.keep(
      copy, as: GuestCleaning.flatName(path), plan: plan,
      line: plan.log.printInstallerLogs ? { events.line($0) } : nil)
  }

  /// What a golden image should not have, by the same rules as for other file systems.
  private func leftovers() async throws -> [Leftover] {
    guard plan.cleaning.scan != .off else { return [] }
    let scan = LeftoverScan(answers: plan.answers.answers, cleaning: plan.cleaning, proxy: proxy)
    let purpose = "look through \(root.title(plan))"
    let patterns = inside(LeftoverScan.patterns)
    if patterns.isEmpty { return [] }
    return try await HelperRun(plan: plan, context: context).inspect(
      root.volume, isPart: isPart, read: patterns, purpose: purpose
    ) { output in
      var found: Set<Leftover> = []
      try output.forEach { record, data in
        guard record.kind == .file else { return }
        var contents: [UInt8] = []
        while let piece = try data(), contents.count <= LeftoverScan.largestFile { contents += piece }
        found.formUnion(scan.examine(path(record.name), contents))
      }
      return found.sorted { ($0.path, $0.kind.rawValue) < ($1.path, $1.kind.rawValue) }
    }
  }

  private var proxy: String? { DepotAddress.host(of: plan) }

  private var isPart: Bool { !parts.isEmpty }

  private func isInside(_ point: ImagePath) -> Bool {
    !isPart
      || parts.contains {
        point.components.count > $0.place.components.count && point.components.starts(with: $0.place.components)
      }
  }

  /// Patterns of the system as the helper has to be given them.
  private func inside(_ patterns: [String]) -> [String] {
    isPart ? parts.flatMap { MountedPatterns($0).inside(patterns) } : patterns
  }

  /// A path of the system, which the guest chose; one that is no path is shown as the root.
  private func path(_ name: [UInt8]) -> ImagePath {
    let path = (try? ImagePath(String(decoding: name, as: UTF8.self))) ?? .root
    // The deepest folder is the one that is meant.
    let mounts = parts.sorted { $0.folder.components.count > $1.folder.components.count }
    return mounts.lazy.compactMap { MountedPatterns($0).outside(path) }.first ?? path
  }
}
