import DiskImages
import Model
import PrivilegedOperations

/// Every machine made from an image needs ssh host keys of its own: the build's are removed, a unit makes new ones at the first boot.
enum HostKeys {
  private static let unit = HostKeyUnit.path
  private static let wants = HostKeyUnit.wants

  static let pattern = HostKeyUnit.keys

  /// Removes the keys and sees to the unit, when there is an ssh server and systemd; gives what was removed.
  ///
  /// The distribution's own scripts may have installed the unit already; a user's own answer file has not.
  static func regenerate(in files: GuestFiles, keeping kept: KeptPaths = .none) throws -> Tally {
    var keys = Tally()
    for path in try files.expand(pattern) { keys.add(try kept.remove(path, in: files)) }
    guard try isThere("/usr/sbin/sshd", in: files), try isThere("/usr/lib/systemd/systemd", in: files),
      try !isThere(unit, in: files)
    else { return keys }
    let attributes = Ext4Attributes(permissions: 0o644, owner: 0, group: 0)
    try files.writeFile(ImagePath(unit), Array(HostKeyUnit.text.utf8), attributes)
    if try !isThere(wants, in: files) {
      try files.makeFolder(ImagePath(wants), Ext4Attributes(permissions: 0o755, owner: 0, group: 0))
    }
    let link = "\(wants)/\(HostKeyUnit.name)"
    if try !isThere(link, in: files) { try files.makeSymlink(ImagePath(link), to: unit) }
    return keys
  }

  private static func isThere(_ path: String, in files: GuestFiles) throws -> Bool {
    try files.status(ImagePath(path)) != nil
  }
}
