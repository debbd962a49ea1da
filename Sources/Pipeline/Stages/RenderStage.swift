import Foundation
import HostSystem
import Installers
package import Model
import SystemPackage

/// Writes the answer file and its scripts, and puts them where the installer looks: into its initrd or on a volume.
package struct RenderStage: Stage {
  package static let name = "render"

  package init() {}

  package func requirements(of plan: BuildPlan) -> [Requirement] {
    var needed: [Requirement] = []
    if let own = plan.answers.ownFile { needed.append(.readableFile(own, purpose: "answer the installer")) }
    if plan.machine.answerVolume != nil {
      needed.append(.tool("xorriso", purpose: "make the volume with the installer's answers"))
    }
    return needed
  }

  package func run(_ plan: BuildPlan, in context: StageContext) async throws -> StageOutcome {
    let answers = plan.answers
    // Hashes are in these files: for the owner only, and gone with the work folder.
    try Folder.create(answers.folder, mode: 0o700)
    if let own = answers.ownFile {
      let name = try AnswerPlanner.ownFileName(answers)
      try AtomicFile.write(try HostText.read(own), to: answers.folder.appending(name), mode: 0o600)
      for file in try Rendering.format(answers.format).ownFileWatch.files {
        try AtomicFile.write(file.contents, to: answers.folder.appending(file.name), mode: UInt32(file.mode))
      }
      try await deliver(plan, host: context.host)
      return StageOutcome(facts: "your own \(own.lastComponent?.string ?? name)")
    }
    let proxy = try plan.depot.map { _ in try DepotAddress.read(plan).proxy }
    let rendered = try Rendering.format(answers.format).render(
      Rendering.request(
        answers, pinnedSuite: plan.depot?.pinnedSuite, proxy: proxy,
        cleaning: plan.cleaning, diskSize: plan.disk.size))
    for file in rendered.files {
      try AtomicFile.write(file.contents, to: answers.folder.appending(file.name), mode: UInt32(file.mode))
    }
    try await deliver(plan, host: context.host)
    return StageOutcome(facts: rendered.files.map(\.name).joined(separator: ", "))
  }

  private func deliver(_ plan: BuildPlan, host: Host) async throws {
    if let volume = plan.machine.answerVolume {
      try await AnswerVolumes.make(volume, from: plan.answers.folder, host: host)
    } else {
      try InitrdInjection.append(plan.machine.injectedFiles, to: plan.machine.initrd)
    }
  }
}
