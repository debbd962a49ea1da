import Dispatch
import Glibc
package import Model
package import SystemPackage

/// Turning a raw disk into an image of some kind, and proving that it worked.
package enum Conversion {
  /// Converts and checks; after a failure `target` does not exist.
  ///
  /// `target` must not exist before. Throws `.exists`, `.unsupported`, `.toolFailed` with the step that failed, and what `run` throws.
  package static func perform(
    _ format: any DiskFormat, _ raw: FilePath, to target: FilePath, _ options: DiskFormatOptions = DiskFormatOptions(),
    run: CommandRunner
  ) async throws {
    let steps = try format.convert(raw, to: target, options)
    guard raw == target || access(target.string, F_OK) != 0 else {
      throw DiskImageError(.exists, "'\(target)' exists already")
    }
    do {
      for step in steps { try await perform(step, run) }
      for command in format.check(target, against: raw) {
        let status = try await run(command)
        guard status == 0 else { throw command.failure(status) }
      }
    } catch {
      for step in steps { undo(step) }
      if raw != target { unlink(target.string) }
      throw error
    }
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
  private static func blocking(_ work: @escaping @Sendable () throws -> Void) async throws {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global(qos: .userInitiated).async { continuation.resume(with: Result { try work() }) }
    }
  }

  /// Removes what a step may have left under a name of its own.
  private static func undo(_ step: ConversionStep) {
    if case .rename(let source, _) = step { unlink(source.string) }
  }
}
