import Foundation
import HostSystem
import Model
import SystemPackage

/// The builds of this user that use a libvirt daemon right now, so that the one that started it does not end it for the others.
///
/// Each build holds a lock on a file of its own; a lock goes with its process, however that ends.
struct LibvirtUsers: Sendable {
  private let folder: FilePath
  private let own: FilePath
  private let lock: FileLock

  /// Counts this build in, before it looks for a daemon; throws ``FactoryError``.
  static func join(host: Host) throws -> LibvirtUsers {
    let folder = host.stateFolder.appending("libvirt-users")
    try Folder.create(folder, mode: 0o700)
    let own = folder.appending("\(getpid())-\(UInt32.random(in: 0...UInt32.max))")
    guard let lock = try FileLock.tryAcquire(own) else {
      throw FactoryError(.unexpected, "cannot lock '\(own)'")
    }
    return LibvirtUsers(folder: folder, own: own, lock: lock)
  }

  /// Counts this build out and says whether others are left; files of builds that were killed go.
  func leave() -> Bool {
    lock.release()
    try? Folder.remove(own)
    var others = false
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? [] {
      let file = folder.appending(name)
      if let free = try? FileLock.tryAcquire(file) {
        free.release()
        try? Folder.remove(file)
      } else {
        others = true
      }
    }
    return others
  }
}
