import DiskImages
import Foundation
import HostSystem
import Model
import SystemPackage

/// Puts finished files where people look for them: complete or not at all, and never over another file.
enum FilePlacing {
  /// Moves a file, to another file system as a sparse copy; throws ``FactoryError``.
  static func move(_ source: FilePath, to target: FilePath) throws {
    guard onAnotherFileSystem(source, target) else {
      return try AtomicFile.renameWithoutReplacing(source, to: target)
    }
    // `work-dir` may be another file system than `output-dir`: copy beside the target, then rename there.
    let beside = FilePath(target.string + ".part")
    do {
      // Of a build that was killed here: nobody else may have this name, it is reserved.
      try Folder.remove(beside)
      try SparseFile.copy(source, to: beside)
      try AtomicFile.renameWithoutReplacing(beside, to: target)
      try Folder.remove(source)
    } catch {
      try? Folder.remove(beside)
      throw FactoryError(.processingFailed, "cannot copy '\(source)' to '\(target)': \(describe(error))")
    }
  }

  private static func onAnotherFileSystem(_ source: FilePath, _ target: FilePath) -> Bool {
    var here = stat()
    var there = stat()
    guard stat(source.string, &here) == 0, stat(target.removingLastComponent().string, &there) == 0 else {
      return false
    }
    return here.st_dev != there.st_dev
  }
}
