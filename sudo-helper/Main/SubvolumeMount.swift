import CPrivileged
import Glibc
import PrivilegedOperations

/// A folder of the guest's system that is a subvolume of its own (`/var` of openSUSE), found by the guest's fstab.
final class SubvolumeMount {
  /// Where it is mounted; empty for the root.
  let names: [[UInt8]]
  let folder: Descriptor

  init(names: [[UInt8]], folder: consuming Descriptor) {
    self.names = names
    self.folder = folder
  }

  func hasFolder(_ name: String) -> Bool {
    let number = privileged_beneath(folder.number, name, PRIVILEGED_FOLDER, 0)
    if number >= 0 { close(number) }
    return number >= 0
  }

  /// The subvolumes of the same file system in `/etc/fstab`, those deepest in the tree first.
  ///
  /// The guest writes that file: a place or subvolume that is no plain path below the top is left out, and looked up as any other.
  static func list(in root: SubvolumeMount, top: borrowing Descriptor) throws -> [SubvolumeMount] {
    let number = privileged_beneath(root.folder.number, "etc/fstab", PRIVILEGED_READ, 0)
    guard number >= 0 else { return [] }
    let file = try Descriptor(number, to: "read '/etc/fstab'")
    guard try file.status().isA(S_IFREG) else { return [] }
    var bytes = [UInt8](repeating: 0, count: GuestSubvolumes.largestTable)
    let count = read(number, &bytes, bytes.count)
    var mounts: [SubvolumeMount] = []
    for mount in GuestSubvolumes.mounts(in: bytes.prefix(max(count, 0))) {
      let path = Array(mount.volume.joined(separator: [UInt8(ascii: "/")])).map { CChar(bitPattern: $0) } + [0]
      let number = privileged_beneath(top.number, path, PRIVILEGED_FOLDER, 0)
      guard number >= 0 else { continue }
      mounts.append(SubvolumeMount(names: mount.place, folder: try Descriptor(number, to: "open a subvolume")))
    }
    return mounts.sorted { $0.names.count > $1.names.count }
  }
}
