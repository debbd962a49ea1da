import DiskImages
import Model

/// Every machine made from an image needs ssh host keys of its own: the build's are removed, a unit makes new ones at the first boot.
enum HostKeys {
  private static let unit = "/etc/systemd/system/image-factory-ssh-host-keys.service"
  private static let wants = "/etc/systemd/system/multi-user.target.wants"

  /// Removes the keys and sees to the unit, when there is an ssh server and systemd; gives what was removed.
  ///
  /// The distribution's own scripts may have installed the unit already; a user's own answer file has not.
  static func regenerate(in files: borrowing Ext4FileSystem) throws -> Tally {
    var keys = Tally()
    for path in try files.expand("/etc/ssh/ssh_host_*") { keys.add(try files.remove(path)) }
    guard try isThere("/usr/sbin/sshd", in: files), try isThere("/usr/lib/systemd/systemd", in: files),
      try !isThere(unit, in: files)
    else { return keys }
    try files.writeFile(ImagePath(unit), Array(text.utf8), Ext4Attributes(permissions: 0o644, owner: 0, group: 0))
    if try !isThere(wants, in: files) {
      try files.makeFolder(ImagePath(wants), Ext4Attributes(permissions: 0o755, owner: 0, group: 0))
    }
    let link = "\(wants)/image-factory-ssh-host-keys.service"
    if try !isThere(link, in: files) { try files.makeSymlink(ImagePath(link), to: unit) }
    return keys
  }

  private static func isThere(_ path: String, in files: borrowing Ext4FileSystem) throws -> Bool {
    try files.exists(ImagePath(path))
  }

  private static let text = """
    [Unit]
    Description=Make this machine's own SSH host keys
    ConditionPathExistsGlob=!/etc/ssh/ssh_host_*_key
    Before=ssh.service ssh.socket sshd.service

    [Service]
    Type=oneshot
    ExecStart=/usr/bin/ssh-keygen -A

    [Install]
    WantedBy=multi-user.target

    """
}
