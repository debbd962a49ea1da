import DiskImages
import HostSystem
import Model
import SystemPackage

/// Finding and checking the root file system of a plan's disk, in the words of a build.
struct RootFileSystem: Sendable {
  let image: FilePath
  let context: StageContext
  /// What the last tool said that failed.
  private let said = LastLines()

  init(image: FilePath, context: StageContext) {
    self.image = image
    self.context = context
  }

  /// The partition table and the root partition; throws ``FactoryError`` with exit status 7.
  func find(_ policy: RootPartition.Policy) async throws -> (table: PartitionTable, root: RootPartition) {
    let (image, disk) = (image, context.disk)
    return try await wrapped("find the root file system") {
      try await offPool {
        let table = try disk.table(of: image)
        return (table, try RootPartition.find(in: image, table, policy: policy))
      }
    }
  }

  /// The partition table alone, for a root of another kind.
  func table() async throws -> PartitionTable {
    let (image, disk) = (image, context.disk)
    return try await wrapped("read the partition table") { try await offPool { try disk.table(of: image) } }
  }

  /// Makes the file system clean when it was not unmounted, and says so.
  func makeClean(_ root: RootPartition) async throws {
    let outcome = try await wrapped("make the root file system clean") {
      try await JournalReplay.run(image, in: root.extent, run: run)
    }
    if outcome != .notNeeded {
      context.events.warning("the guest did not unmount its root file system: \(outcome.rawValue)")
    }
  }

  /// `e2fsck -fn` says that it is clean.
  func check(_ root: RootPartition) async throws {
    try await wrapped("check the root file system") {
      try await FileSystemCheck.check(image, in: root.extent, run: run)
    }
  }

  /// Runs a command for DiskImages and shows its lines.
  var run: @Sendable (Command) async throws -> Int32 {
    let (context, said) = (context, said)
    return { command in
      said.forget()
      let result = try await context.host.runner.run(
        command,
        onLine: {
          context.events.line($0.text)
          said.add($0.text)
        })
      if result.succeeded { said.forget() }
      if case .exited(let status) = result.ending { return status }
      throw result.failure(of: command, status: .processingFailed)
    }
  }

  func wrapped<Value>(_ what: String, _ work: () async throws -> Value) async throws -> Value {
    do {
      return try await work()
    } catch let error as DiskImageError {
      throw failure(what, error)
    }
  }

  /// The error of a stage, with the last lines of the tool that failed.
  func failure(_ what: String, _ error: DiskImageError, hint: String? = nil) -> FactoryError {
    // What libext2fs finds has nothing to do with what a tool said before.
    let details = error.kind == .toolFailed || error.kind == .corrupt ? said.all : []
    return FactoryError(
      .processingFailed, "cannot \(what): \(error.message)", hint: error.hint ?? hint, details: details)
  }
}
