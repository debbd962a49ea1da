import Dispatch
import Glibc
package import Model
package import SystemPackage

/// Turning a raw disk into an image of some kind, and proving that it worked.
package enum Conversion {
  /// Converts and checks; after a failure `target` does not exist.
  ///
  /// Gives the digests of `target` when `algorithms` are asked for: a kind that is written as one stream is hashed beside the writing,
  /// another one beside the tools that check it and read it anyway. nil: the file has to be read once more.
  ///
  /// `target` must not exist before. Throws `.exists`, `.unsupported`, `.toolFailed` with the step that failed, and what `run` throws.
  @discardableResult
  package static func perform(
    _ format: any DiskFormat, _ raw: FilePath, to target: FilePath, _ options: DiskFormatOptions = DiskFormatOptions(),
    hashing algorithms: Set<FileDigest.Algorithm> = [], run: CommandRunner
  ) async throws -> DigestNote? {
    let steps = try format.convert(raw, to: target, options)
    guard raw == target || access(target.string, F_OK) != 0 else {
      throw DiskImageError(.exists, "'\(target)' exists already")
    }
    let follower = algorithms.isEmpty ? nil : format.stream(raw, to: target).map { FollowingDigest($0, algorithms) }
    do {
      do {
        for step in steps { try await perform(step, run) }
      } catch {
        if let follower { try await blocking { follower.abandon() } }
        throw error
      }
      let note = try await blocking { follower?.finish(target) }
      async let hashed = note == nil && !algorithms.isEmpty ? blocking { try DigestNote(of: target, algorithms) } : note
      try await check(format, target, against: raw, run)
      return try await hashed
    } catch {
      for step in steps { undo(step) }
      if raw != target { unlink(target.string) }
      throw error
    }
  }

  private static func check(
    _ format: any DiskFormat, _ target: FilePath, against raw: FilePath, _ run: CommandRunner
  ) async throws {
    defer { if let unpacked = format.unpacked(target) { unlink(unpacked.string) } }
    for command in format.check(target, against: raw) {
      let status = try await run(command)
      guard status == 0 else { throw command.failure(status) }
    }
    try await blocking { try format.compare(target, with: raw) }
  }

  private static func perform(_ step: ConversionStep, _ run: CommandRunner) async throws {
    switch step {
    case .run(let command):
      let status = try await run(command)
      guard status == 0 else { throw command.failure(status) }
    case .copy(let source, let copy):
      try await blocking { _ = try SparseFile.copy(source, to: copy) }
    case .archive(let raw, let target):
      try await blocking { try TarArchive.write(rootOf: raw, to: target) }
    case .rename(let source, let renamed):
      guard Glibc.rename(source.string, renamed.string) == 0 else {
        throw HostFile.failure("cannot rename '\(source)' to", renamed, Errno(rawValue: errno))
      }
    }
  }

  /// Off the small cooperative pool.
  private static func blocking<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global(qos: .userInitiated).async { continuation.resume(with: Result { try work() }) }
    }
  }

  /// Removes what a step may have left under a name of its own.
  private static func undo(_ step: ConversionStep) {
    if case .rename(let source, _) = step { unlink(source.string) }
  }
}
