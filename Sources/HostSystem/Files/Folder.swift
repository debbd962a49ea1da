import FoundationEssentials
import Glibc
import Model
package import SystemPackage

/// Making and removing folders.
package enum Folder {
  /// Makes `path` and what is missing above it; `mode` holds for every folder that is made. Throws ``Model/FactoryError``.
  package static func create(_ path: FilePath, mode: UInt32 = 0o755) throws {
    if mkdir(path.string, mode) == 0 { return }
    var code = errno
    if code == ENOENT, path.components.count > 1 {
      try create(path.removingLastComponent(), mode: mode)
      if mkdir(path.string, mode) == 0 { return }
      code = errno
    }
    var information = stat()
    guard code == EEXIST, stat(path.string, &information) == 0, information.st_mode & S_IFMT == S_IFDIR else {
      throw SystemFailure.error("make the folder '\(path.string.printable)'", code: code == EEXIST ? ENOTDIR : code)
    }
  }

  /// Removes a file or a whole folder, symbolic links as such; what is not there is fine. Throws ``Model/FactoryError``.
  package static func remove(_ path: FilePath) throws {
    do {
      try FileManager.default.removeItem(atPath: path.string)
    } catch {
      // A program that is ending, as gpg-agent does when its folder goes, takes its files away at the same time: once more.
      guard lstatSucceeds(path), (try? FileManager.default.removeItem(atPath: path.string)) == nil, lstatSucceeds(path)
      else { return }
      throw FactoryError(
        .processingFailed, "cannot remove '\(path.string.printable)'",
        hint: "remove it by hand: rm -r \(ShellWords.join([path.string]))")
    }
  }

  /// Puts the names in a folder on the disk: a renamed file may otherwise be gone after a power cut.
  static func synchronize(_ path: FilePath) throws {
    let folder = try OpenFile(path, O_RDONLY | O_DIRECTORY)
    // Some file systems (FUSE, some network ones) cannot do it; the file itself is safe already.
    guard fsync(folder.descriptor.rawValue) == 0 || errno == EINVAL || errno == ENOTSUP else {
      throw SystemFailure.error("write the folder '\(path.string.printable)' to the disk")
    }
  }

  /// Whether there is anything at `path`, be it a dangling link.
  static func lstatSucceeds(_ path: FilePath) -> Bool {
    var information = stat()
    return lstat(path.string, &information) == 0
  }
}
