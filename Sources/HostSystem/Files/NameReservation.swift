import Glibc
import Model
package import SystemPackage

/// A base name for the files of one build, taken before any of them exists.
///
/// The reservation is a hidden, locked file: it hides nothing half-made in the folder, and the one of a build that was killed is
/// taken over, because its lock went with it.
package final class NameReservation: Sendable {
  /// `BASE`, or `BASE-2`, `BASE-3` … when that is taken.
  package let name: String
  private let path: FilePath
  private let lock: FileLock

  private init(name: String, path: FilePath, lock: FileLock) {
    self.name = name
    self.path = path
    self.lock = lock
  }

  deinit { release() }

  /// The first name of which no file with one of `extensions` exists in `folder` and which no running build has.
  ///
  /// `folder` is made when missing. Throws ``Model/FactoryError``.
  package static func make(_ base: String, extensions: [String], in folder: FilePath) throws -> NameReservation {
    try Folder.create(folder)
    for number in 1...9999 {
      let name = number == 1 ? base : "\(base)-\(number)"
      if exists(name, extensions, in: folder) { continue }
      let path = folder.appending(".\(name).reserved")
      guard let lock = try FileLock.tryAcquire(path) else { continue }
      // Another build may have finished between the two looks: it removed its reservation, and its files are there now.
      guard lock.isStillThere(), !exists(name, extensions, in: folder) else { continue }
      return NameReservation(name: name, path: path, lock: lock)
    }
    throw FactoryError(
      .hostNotReady, "cannot name the image '\(base.printable)': 9999 of that name are in '\(folder.string.printable)'",
      hint: "move old images away")
  }

  /// The name that ``make(_:extensions:in:)`` would give now; takes nothing, for showing a plan.
  package static func preview(_ base: String, extensions: [String], in folder: FilePath) -> String {
    for number in 2...9999 {
      let name = number == 2 ? base : "\(base)-\(number - 1)"
      if !exists(name, extensions, in: folder) { return name }
    }
    return base
  }

  /// Gives the name back; its files, if any, stay.
  package func release() {
    if lock.isStillThere() { unlink(path.string) }
    lock.release()
  }

  private static func exists(_ name: String, _ extensions: [String], in folder: FilePath) -> Bool {
    extensions.contains { Folder.lstatSucceeds(folder.appending("\(name).\($0)")) }
  }
}
