import Foundation
import HostSystem
import Installers
package import Model
import SystemPackage

/// Writes the answer file and its scripts where the installer's initrd takes them from.
package struct RenderStage: Stage {
  package static let name = "render"

  package init() {}

  package func requirements(of plan: BuildPlan) -> [Requirement] {
    plan.answers.ownFile.map { [.readableFile($0, purpose: "answer the installer")] } ?? []
  }

  package func run(_ plan: BuildPlan, in context: StageContext) async throws -> StageOutcome {
    let answers = plan.answers
    // Hashes are in these files: for the owner only, and gone with the work folder.
    try Folder.create(answers.folder, mode: 0o700)
    if let own = answers.ownFile {
      let name = own.lastComponent?.string ?? "answers"
      try AtomicFile.write(try HostText.read(own), to: answers.folder.appending(name), mode: 0o600)
      for file in try Rendering.format(answers.format).ownFileWatch.files {
        try AtomicFile.write(file.contents, to: answers.folder.appending(file.name), mode: UInt32(file.mode))
      }
      try InitrdInjection.append(plan.machine.injectedFiles, to: plan.machine.initrd)
      return StageOutcome(facts: "your own \(name)")
    }
    let proxy = try plan.depot.map { _ in try DepotAddress.read(plan).proxy }
    let rendered = try Rendering.format(answers.format).render(
      Rendering.request(
        answers, pinnedSuite: plan.depot?.pinnedSuite, proxy: proxy,
        regenerateHostKeys: plan.cleaning.regenerateHostKeys))
    for file in rendered.files {
      try AtomicFile.write(file.contents, to: answers.folder.appending(file.name), mode: UInt32(file.mode))
    }
    try InitrdInjection.append(plan.machine.injectedFiles, to: plan.machine.initrd)
    return StageOutcome(facts: rendered.files.map(\.name).joined(separator: ", "))
  }
}
