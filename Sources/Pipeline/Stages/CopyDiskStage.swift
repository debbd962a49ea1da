import DiskImages
import Glibc
import HostSystem
package import Model
import SystemPackage

/// Copies a disk that something else installed into the work folder, by reflink or without its holes and free blocks; the given
/// one is only read.
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
      let before = try State(of: given)
      let known = await look(at: given, in: context)
      try Task.checkCancellation()
      let method = try await offPool {
        try SparseFile.copy(given, to: disk, leavingOut: known?.free ?? [], permissions: .ownerReadWrite)
      }
      guard try State(of: given) == before else {
        throw FactoryError(
          .processingFailed, "the disk '\(given)' was changed while it was copied",
          hint: "end what writes to it, a virtual machine perhaps, then try again")
      }
      if let known { context.disk.learn(known.table, isSound: true) }
      let (source, copy) = (try SparseFile.sizes(of: given), try SparseFile.sizes(of: disk))
      return StageOutcome(
        facts: "\(source.allocated) of \(source.apparent)",
        method == .reflink ? method.rawValue : "\(copy.allocated) copied")
    } catch let error as DiskImageError {
      throw FactoryError(.processingFailed, "cannot copy the disk '\(given)': \(error.message)", hint: error.hint)
    }
  }

  /// The partition table, and what would only be zeroed later. nil when that is not certain: the free blocks of a file system that was
  /// not unmounted or is damaged may be somebody's, and the stages that follow see to such a one in the copy.
  private func look(
    at disk: FilePath, in context: StageContext
  ) async -> (table: PartitionTable, free: [ImageExtent])? {
    let runner = context.host.runner
    do {
      let table = try await offPool { try PartitionTable.read(disk) }
      let free = try await offPool { try FreeSpaceZeroing.waste(image: disk, table: table) }
      for (extent, content) in table.places where content.isExt {
        try await FileSystemCheck.check(disk, in: extent) { command in
          let result = try await runner.run(command)
          guard case .exited(let status) = result.ending else {
            throw result.failure(of: command, status: .processingFailed)
          }
          return status
        }
      }
      return (table, free)
    } catch {
      return nil
    }
  }

  /// What is another one after somebody has written to a file, or has put another file in its place.
  private struct State: Hashable {
    private var inode: UInt64
    private var size: Int
    private var seconds: Int
    private var nanoseconds: Int

    init(of path: FilePath) throws {
      var status = stat()
      guard stat(path.string, &status) == 0 else {
        let reason = String(cString: strerror(errno))
        throw FactoryError(.processingFailed, "cannot look at the disk '\(path)': \(reason)")
      }
      inode = UInt64(status.st_ino)
      size = Int(status.st_size)
      seconds = Int(status.st_mtim.tv_sec)
      nanoseconds = Int(status.st_mtim.tv_nsec)
    }
  }
}
