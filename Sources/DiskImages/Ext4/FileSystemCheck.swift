package import Model
package import SystemPackage

/// Runs a command and returns its exit status; given by the caller, as this room knows values only.
///
/// It honours `Command.folder`, and throws when the command cannot be started or is ended by a signal.
package typealias CommandRunner = @Sendable (Command) async throws -> Int32

/// `e2fsck` on a file system inside an image, by its offset: no root, no loop device.
package enum FileSystemCheck {
  /// What `e2fsck` may do.
  package enum Mode: String, Sendable {
    /// Look only: nothing is written, not even the journal is replayed (`-fn`).
    case look = "-fn"
    /// Repair what needs no decision (`-fp`).
    case preen = "-fp"
  }

  /// The command that checks the file system at `extent`.
  ///
  /// `e2fsck` takes the offset as `NAME?offset=N`: a question mark in the name would end it, an equals sign would make it a tag to look up
  /// (`LABEL=x`). Both are common in folders (Jenkins: `label=x`), so the command runs in the image's folder with the last component
  /// alone; throws `.unsafePath` when that one has such a character.
  package static func command(_ image: FilePath, in extent: ImageExtent, mode: Mode = .look) throws -> Command {
    guard let name = image.lastComponent?.string, !name.contains("?"), !name.contains("=") else {
      throw DiskImageError(
        .unsafePath, "the file system in '\(image)' cannot be checked: e2fsck does not take '?' or '=' in a file name",
        hint: "rename the image")
    }
    let folder = image.removingLastComponent()
    return Command(
      "e2fsck", [mode.rawValue, "./\(name)?offset=\(extent.offset)"],
      folder: folder.isEmpty ? nil : folder, timeLimit: .seconds(3600), purpose: "check the file system in '\(image)'")
  }

  /// Throws unless the exit status means a clean file system (e2fsck(8), "Exit code"): `.corrupt` for errors, `.toolFailed` else.
  package static func judge(_ status: Int32, _ image: FilePath, mode: Mode = .look) throws {
    switch (status, mode) {
    case (0, _): return
    // 1: errors corrected, 2: the same and "reboot", which an image does not need.
    case (1...3, .preen): return
    case (let status, _) where status >= 8:
      throw DiskImageError(.toolFailed, "e2fsck could not check the file system in '\(image)': exit status \(status)")
    default:
      throw DiskImageError(
        .corrupt, "the file system in '\(image)' has errors: exit status \(status) of e2fsck",
        hint: "the installation left a damaged file system, or the host's disk is faulty")
    }
  }

  /// Checks and judges; throws as `command` and `judge`, and what `run` throws.
  package static func check(
    _ image: FilePath, in extent: ImageExtent, mode: Mode = .look, run: CommandRunner
  ) async throws {
    try judge(await run(command(image, in: extent, mode: mode)), image, mode: mode)
  }
}
