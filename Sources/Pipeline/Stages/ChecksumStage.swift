import DiskImages
import Foundation
import HostSystem
package import Model
import SystemPackage

/// Hashes every artifact in a stream, writes `IMAGE.sha256sum` beside it, and puts both in their final place.
package struct ChecksumStage: Stage {
  package static let name = "checksum"

  package init() {}

  package func run(_ plan: BuildPlan, in context: StageContext) async throws -> StageOutcome {
    var outcome = StageOutcome()
    for artifact in plan.disk.artifacts {
      context.events.step("hashing \(artifact.final.lastComponent?.string ?? artifact.format)")
      let digest = try await offPool { try DiskImages.FileDigest.sha256(artifact.working) }
      let sizes = try SparseFile.sizes(of: artifact.working)
      try place(artifact, digest: digest, in: context)
      outcome.artifacts.append(
        ArtifactReport(
          path: artifact.final.string, format: artifact.format, size: sizes.apparent, allocated: sizes.allocated,
          sha256: digest))
    }
    outcome.completesImage = true
    outcome.facts = outcome.artifacts.map { "\($0.format) \($0.sha256.prefix(12))…" }
    return outcome
  }

  private func place(_ artifact: ArtifactPlan, digest: String, in context: StageContext) throws {
    let sum = artifact.working.appendingExtension("sha256sum")
    let name = artifact.final.lastComponent?.string ?? ""
    chmod(artifact.working.string, 0o644)
    try AtomicFile.write(ChecksumFile([.init(digest: digest, name: name)]).text, to: sum, mode: 0o644)
    for (source, target) in [
      (artifact.working, artifact.final), (sum, artifact.final.appendingExtension("sha256sum")),
    ] {
      // Registered afterwards, unlike elsewhere: a move that fails because of a file in its way must not have that file removed.
      try FilePlacing.move(source, to: target)
      context.cleanUp.register(.failure, "remove '\(target)'", byHand: "rm \(ShellWords.quote(target.string))") {
        try Folder.remove(target)
      }
    }
  }
}
