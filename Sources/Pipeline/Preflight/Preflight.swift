import DiskImages
import Foundation
import HostSystem
package import Model
import SystemPackage

/// Looks at everything the stages of a plan require of the host, all together, before the first byte is fetched.
package struct Preflight: Sendable {
  private let host: Host

  package init(host: Host) { self.host = host }

  /// What is missing; a warning does not stop a build, an error does.
  package func check(_ plan: BuildPlan) async -> [Finding] {
    var requirements: [Requirement] = [
      .writableFolder(plan.outputFolder), .writableFolder(plan.workFolder.removingLastComponent()),
    ]
    if let log = plan.log.file { requirements.append(.writableFolder(log.removingLastComponent())) }
    for stage in StageOrder.stages(of: plan) { requirements += stage.requirements(of: plan) }
    let needs = await SpaceDemand(host: host).needs(of: plan) + requirements.compactMap(SpaceNeed.init)
    let unique = Preflight.merged(requirements.filter { SpaceNeed($0) == nil })
    let space = SpaceCheck.findings(of: needs)
    return await withTaskGroup(of: (Int, [Finding]).self) { group in
      for (index, requirement) in unique.enumerated() {
        group.addTask { (index, await RequirementCheck(host: host).findings(of: requirement)) }
      }
      var findings: [(Int, [Finding])] = []
      for await found in group { findings.append(found) }
      return space + findings.sorted { $0.0 < $1.0 }.flatMap(\.1)
    }
  }

  /// Each requirement once, and each tool once with all its purposes: one finding when it is missing.
  private static func merged(_ requirements: [Requirement]) -> [Requirement] {
    var seen = Set<Requirement>()
    var merged: [Requirement] = []
    var places: [String: (index: Int, purposes: [String])] = [:]
    for requirement in requirements where seen.insert(requirement).inserted {
      guard case .tool(let tool, let purpose) = requirement else {
        merged.append(requirement)
        continue
      }
      let place = places[tool] ?? (merged.count, [])
      let purposes = place.purposes + [purpose]
      if place.index == merged.count { merged.append(requirement) }
      merged[place.index] = .tool(tool, purpose: purposes.joined(separator: " and "))
      places[tool] = (place.index, purposes)
    }
    return merged
  }
}
