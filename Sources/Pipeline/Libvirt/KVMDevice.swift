import Foundation
import Model

/// The permissions of /dev/kvm where nobody has set them: a container or a minimal machine without udev.
///
/// Open to root alone, libvirt 9.0 finds KVM with its own privileges, then decides for QEMU's user that it is not available, and asks
/// QEMU for its capabilities anew at every step: 37 times, 45 s, for one virt-install. With what udev's rules say (root:kvm 0660) both
/// answers agree. Only for daemons that we start, and put back when they have ended.
struct KVMDevice: Sendable {
  private static let path = "/dev/kvm"
  private let mode: UInt32
  private let group: UInt32

  /// Gives the device udev's permissions; nil when it has others than root's alone, or there is none, or no group 'kvm'.
  static func openToGroup() -> KVMDevice? {
    var status = stat()
    guard getuid() == 0, lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFCHR, status.st_uid == 0,
      status.st_mode & 0o777 == 0o600, let group = getgrnam("kvm")
    else { return nil }
    let device = KVMDevice(mode: status.st_mode & 0o777, group: status.st_gid)
    guard chown(path, 0, group.pointee.gr_gid) == 0, chmod(path, 0o660) == 0 else { return nil }
    return device
  }

  /// What is worth a line in the log.
  var note: String { "gave /dev/kvm udev's permissions (root:kvm 0660) for this build" }

  /// Puts back what was there.
  func restore() {
    chmod(KVMDevice.path, mode)
    chown(KVMDevice.path, 0, group)
  }
}
