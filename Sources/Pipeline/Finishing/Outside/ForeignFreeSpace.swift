import DiskImages
import HostSystem
import Model
import PrivilegedOperations
import Synchronization
import SystemPackage

/// The free space of an xfs or btrfs, told by the file system's own tools and made holes from outside.
///
/// So it does not matter whether the guest's disk took a discard, or what was written between the last one and the unmount.
struct ForeignFreeSpace: Sendable {
  let image: FilePath
  let root: ForeignRoot
  let runner: any HostSystem.CommandRunner
  /// The file system, for people.
  let title: String

  /// Gives the free space back; `copy` is the file system in a file of its own, found sound and cleanly unmounted before.
  ///
  /// Gives how much was no hole yet. Throws ``FactoryError`` when it cannot be told what is free.
  func giveBack(copy: FilePath) async throws -> ByteSize {
    let (image, extent) = (image, root.extent)
    return try await wrapped {
      let runs = try await runs(copy)
      return try await offPool { try FreeRuns.punch(runs, of: image, in: extent) }
    }
  }

  /// What is free, and how much of it is no hole; nothing is changed. Throws as ``giveBack(copy:)``.
  func measure(copy: FilePath) async throws -> (free: ByteSize, reclaimable: ByteSize) {
    let (image, extent) = (image, root.extent)
    return try await wrapped {
      let runs = try await runs(copy)
      let allocated = try await offPool { try FreeRuns.allocated(runs, of: image, in: extent) }
      return (ByteSize(bytes: runs.reduce(0) { $0 + $1.length }), allocated)
    }
  }

  private func wrapped<Value>(_ work: () async throws -> Value) async throws -> Value {
    do {
      return try await work()
    } catch let error as DiskImageError {
      throw FactoryError(
        .processingFailed, "cannot give back the free space of '\(image)': \(error.message)", hint: error.hint)
    }
  }

  private func runs(_ copy: FilePath) async throws -> [ImageExtent] {
    root.volume.kind == .xfs ? try await xfs(copy) : try await btrfs(copy)
  }

  private func xfs(_ copy: FilePath) async throws -> [ImageExtent] {
    let reading = Reading(try XfsFreeSpace(of: copy, in: whole(copy)))
    try await run("xfs_db", ["-r", "-f", "-c", "freesp -d", copy.string]) { line in reading.take { try $0.take(line) } }
    return try reading.value.checked()
  }

  private func btrfs(_ copy: FilePath) async throws -> [ImageExtent] {
    let fields = try await superblock(copy)
    guard let nodeSize = fields["nodesize"], fields["num_devices"] == 1, fields["log_root"] == 0 else {
      throw DiskImageError(.unsupported, "the btrfs has several devices or was not unmounted")
    }
    let reading = Reading(BtrfsFreeSpace(nodeSize: nodeSize))
    func words(_ tree: String) -> [String] { ["inspect-internal", "dump-tree", "--noscan", "-t", tree, copy.string] }
    try await run("btrfs", words("chunk")) { line in reading.take { try $0.takeChunks(line) } }
    try await run("btrfs", words("extent")) { line in reading.take { $0.takeExtents(line) } }
    // The feature block-group-tree: a tree that older tools have no name for.
    if try !reading.value.hasGroups {
      try await run("btrfs", words("11")) { line in reading.take { $0.takeExtents(line) } }
    }
    return try reading.value.runs(size: whole(copy).length)
  }

  private func superblock(_ copy: FilePath) async throws -> [Substring: Int64] {
    let command = Command(
      "btrfs", ["inspect-internal", "dump-super", copy.string], timeLimit: .seconds(60), purpose: purpose)
    let text = try await runner.succeed(command, failing: .processingFailed).standardOutput
    return Dictionary(
      text.split(separator: "\n").compactMap { line in
        let words = line.split(whereSeparator: \.isWhitespace)
        return words.count == 2 ? Int64(words[1]).map { (words[0], $0) } : nil
      }, uniquingKeysWith: { first, _ in first })
  }

  private func whole(_ copy: FilePath) throws -> ImageExtent {
    ImageExtent(offset: 0, length: try SparseFile.sizes(of: copy).apparent.bytes)
  }

  private func run(_ tool: String, _ words: [String], _ onLine: @escaping @Sendable (String) -> Void) async throws {
    try await runner.succeed(
      Command(tool, words, timeLimit: .seconds(600), purpose: purpose), failing: .processingFailed
    ) { line in
      if line.stream == .output { onLine(line.text) }
    }
  }

  private var purpose: String { "find the free space of \(title)" }
}

/// What is read line by line, up to the first line that cannot be right.
private final class Reading<Value: Sendable>: Sendable {
  private let state: Mutex<(value: Value, failure: (any Error)?)>

  init(_ value: Value) { state = Mutex((value, nil)) }

  func take(_ change: (inout Value) throws -> Void) {
    state.withLock { state in
      guard state.failure == nil else { return }
      do { try change(&state.value) } catch { state.failure = error }
    }
  }

  var value: Value {
    get throws {
      try state.withLock { state in
        if let failure = state.failure { throw failure }
        return state.value
      }
    }
  }
}
