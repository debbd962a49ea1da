import CPrivileged
import Glibc
import PrivilegedOperations

/// SELinux labels of what the clean-up made.
///
/// A kernel without SELinux gives none, and the child that works in the guest's tree has no right to: this is done outside of it, for the
/// three names that it makes and nothing else.
enum GuestLabels {
  /// Gives the folder's label to each of the names that has none, as the guest's own kernel would have; nothing in a guest without labels.
  static func complete(_ top: borrowing Descriptor, _ kind: GuestVolume.Kind) throws {
    guard let tree = try GuestTree(top: top, kind: kind) else { return }
    for name in [HostKeyUnit.path, HostKeyUnit.wants, "\(HostKeyUnit.wants)/\(HostKeyUnit.name)"] {
      let path = try tree.path(name)
      guard try tree.status(path) != nil else { continue }
      let folder = try tree.openParent(path)
      guard privileged_inherit_label(folder.number, path.last) == 0 else {
        throw Failure.system("give '\(path.shown)' in the image its folder's SELinux label")
      }
    }
  }
}
