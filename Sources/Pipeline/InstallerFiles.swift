import HostSystem
package import Model
import SystemPackage

/// Fetches everything that an installer boots from, in the order in which one thing needs the other.
package enum InstallerFiles {
  package enum Role: String, Sendable {
    /// What the installer loads itself later.
    case stage2 = "second stage"
    /// The bootable image that kernel and initrd may be in.
    case image = "installer image"
    case kernel
    case initrd
  }

  /// The files of a plan, as far as it has them.
  package static func all(_ installer: InstallerPlan) -> [(role: Role, file: FetchPlan)] {
    var files: [(role: Role, file: FetchPlan)] = []
    if let stage2 = installer.stage2 { files.append((.stage2, stage2)) }
    if let image = installer.image { files.append((.image, image)) }
    // Last: alone they would be of no use.
    files.append((.kernel, installer.kernel))
    files.append((.initrd, installer.initrd))
    return files
  }

  /// Brings each file into the cache and hands it to `take`; throws ``FactoryError`` with exit status 5.
  package static func fetch(
    _ plan: BuildPlan, host: Host, events: StageEvents?,
    take: (Role, FetchPlan, Fetching.Fetched) async throws -> Void
  ) async throws {
    var image: Fetching.Fetched?
    for (role, file) in all(plan.installer) {
      let fetched = try await Fetching.fetch(
        file, named: "the \(role.rawValue) of '\(plan.image)'", listing: plan.installer.listing, image: image,
        cacheFolder: plan.cacheFolder, host: host, events: events)
      if role == .image { image = fetched }
      try await take(role, file, fetched)
    }
  }

  /// The tools that fetching needs, for preflight.
  static func requirements(of plan: BuildPlan) -> [Requirement] {
    let sources = all(plan.installer).flatMap { $0.file.sources }
    var tools: [Requirement] = []
    func need(_ tool: String, for scheme: String, to verb: String) {
      guard sources.contains(where: { $0.hasPrefix(scheme) }) else { return }
      tools.append(.tool(tool, purpose: "\(verb) the installer of '\(plan.image)'"))
    }
    need("rsync", for: "rsync:", to: "fetch")
    need("tar", for: "deb:", to: "unpack")
    need("xz", for: "deb:", to: "unpack")
    need("xorriso", for: "iso:", to: "unpack")
    if plan.installer.stage2Disc != nil {
      tools.append(.tool("xorriso", purpose: "make the disc with the installer's second stage"))
    }
    return tools
  }
}
