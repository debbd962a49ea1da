import DiskImages
import HostSystem
package import Model
import SystemPackage

/// Brings the installer's kernel and initrd into the cache, verified, and copies them where the plan wants them.
package struct FetchStage: Stage {
  package static let name = "fetch"

  package init() {}

  package func requirements(of plan: BuildPlan) -> [Requirement] {
    let sources = (plan.installer.kernel.sources + plan.installer.initrd.sources)
    var tools: [Requirement] = [.writableFolder(plan.cacheFolder)]
    if sources.contains(where: { $0.hasPrefix("rsync:") }) {
      tools.append(.tool("rsync", purpose: "fetch the installer of '\(plan.image)'"))
    }
    if sources.contains(where: { $0.hasPrefix("deb:") }) {
      tools.append(.tool("tar", purpose: "unpack the installer of '\(plan.image)'"))
      tools.append(.tool("xz", purpose: "unpack the installer of '\(plan.image)'"))
    }
    return tools
  }

  package func run(_ plan: BuildPlan, in context: StageContext) async throws -> StageOutcome {
    var outcome = StageOutcome()
    for (file, what) in [(plan.installer.kernel, "kernel"), (plan.installer.initrd, "initrd")] {
      let fetched = try await Fetching.fetch(
        file, named: "the \(what) of '\(plan.image)'", cacheFolder: plan.cacheFolder, host: context.host,
        events: context.events)
      // A copy (a reflink where possible): a later build may replace the cache's while our guest reads it.
      try Folder.remove(file.target)
      // The answers will be put into the initrd: for its owner only before anybody can open it.
      try SparseFile.copy(
        fetched.path, to: file.target,
        permissions: what == "initrd" ? [.ownerReadWrite] : [.ownerReadWrite, .groupRead, .otherRead])
      outcome.fetched.append(fetched.report)
    }
    let bytes = outcome.fetched.reduce(0) { $0 + $1.bytesFetched }
    outcome.facts = [bytes == 0 ? "all in the cache" : "\(ByteSize(bytes: bytes)) fetched"]
    return outcome
  }
}
