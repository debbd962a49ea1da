import DiskImages
import HostSystem
package import Model
import SystemPackage

/// Brings the installer's kernel and initrd into the cache, verified, and copies them where the plan wants them.
package struct FetchStage: Stage {
  package static let name = "fetch"

  package init() {}

  package func requirements(of plan: BuildPlan) -> [Requirement] {
    [.writableFolder(plan.cacheFolder)] + InstallerFiles.requirements(of: plan)
  }

  package func run(_ plan: BuildPlan, in context: StageContext) async throws -> StageOutcome {
    var outcome = StageOutcome()
    try await InstallerFiles.fetch(plan, host: context.host, events: context.events) { role, file, fetched in
      outcome.fetched.append(fetched.report)
      if role == .stage2 {
        // Without a disc the guest fetches its own. With one no copy stays behind: the disc is written from the cache.
        if let disc = plan.installer.stage2Disc {
          try await InstallerDiscs.make(disc, of: fetched.path, host: context.host)
        }
        return
      }
      if role == .image, plan.machine.imageLabelWord != nil {
        // Known now, not after the disk is made.
        _ = try InstallerDiscs.label(of: fetched.path)
      }
      // A copy (a reflink where possible): a later build may replace the cache's while our guest reads it, and libvirt makes what a
      // machine uses its user's.
      try Folder.remove(file.target)
      // The answers will be put into the initrd: for its owner only before anybody can open it.
      try SparseFile.copy(
        fetched.path, to: file.target,
        permissions: role == .initrd ? [.ownerReadWrite] : [.ownerReadWrite, .groupRead, .otherRead])
    }
    let bytes = outcome.fetched.reduce(0) { $0 + $1.bytesFetched }
    outcome.facts = [bytes == 0 ? "all in the cache" : "\(ByteSize(bytes: bytes)) fetched"]
    return outcome
  }
}
