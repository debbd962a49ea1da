import HostSystem
import Model
import SystemPackage

/// Unpacking small compressed files with the host's tools.
enum Unpacking {
  /// The text in an xz file, at most 256 MiB; throws ``FactoryError``.
  static func xz(_ file: FilePath, in scratch: FilePath, runner: any CommandRunner) async throws -> String {
    // Through a file, not through the child's output, which is kept only in part and made printable.
    let copy = scratch.appending("unpacked.xz")
    defer { try? Folder.remove(copy) }
    try AtomicFile.write(try AtomicFile.read(file), to: copy, mode: 0o600)
    try await runner.succeed(
      Command(
        "xz", ["--decompress", "--force", "--", copy.string], timeLimit: .seconds(120), purpose: "unpack '\(file)'"),
      failing: .fetchFailed)
    let unpacked = scratch.appending("unpacked")
    defer { try? Folder.remove(unpacked) }
    return String(decoding: try AtomicFile.read(unpacked, limit: 256 << 20), as: UTF8.self)
  }
}
