import DiskImages
import HostSystem
package import Model
import SystemPackage

/// Copies a disk that something else installed into the work folder, by reflink or without its holes; the given one is only read.
package struct CopyDiskStage: Stage {
  package static let name = "copy-disk"

  package init() {}

  package func applies(to plan: BuildPlan) -> Bool { plan.disk.given != nil }

  package func requirements(of plan: BuildPlan) -> [Requirement] {
    plan.disk.given.map { [.readableFile($0, purpose: "finish '\(plan.image)'")] } ?? []
  }

  package func run(_ plan: BuildPlan, in context: StageContext) async throws -> StageOutcome {
    guard let given = plan.disk.given else { return StageOutcome() }
    let disk = plan.disk.raw
    context.cleanUp.register(.failure, "remove the copy of the disk", byHand: "rm \(ShellWords.quote(disk.string))") {
      try Folder.remove(disk)
    }
    do {
      let method = try await offPool { try SparseFile.copy(given, to: disk, permissions: .ownerReadWrite) }
      let size = try SparseFile.sizes(of: disk)
      return StageOutcome(facts: "\(size.allocated) of \(size.apparent)", method.rawValue)
    } catch let error as DiskImageError {
      throw FactoryError(.processingFailed, "cannot copy the disk '\(given)': \(error.message)", hint: error.hint)
    }
  }
}
