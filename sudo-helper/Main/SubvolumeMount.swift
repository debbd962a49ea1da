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
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(number, &bytes, bytes.count)
    var mounts: [SubvolumeMount] = []
    for line in bytes.prefix(max(count, 0)).split(separator: UInt8(ascii: "\n")).prefix(256) {
      let fields = line.split { $0 == 0x20 || $0 == 0x09 }
      guard fields.count >= 4, fields[2].elementsEqual("btrfs".utf8), fields[0].first != UInt8(ascii: "#"),
        let place = plain(fields[1]), !place.isEmpty,
        let option = fields[3].split(separator: UInt8(ascii: ",")).first(where: { $0.starts(with: "subvol=".utf8) }),
        let volume = plain(option.dropFirst("subvol=".utf8.count)), !volume.isEmpty
      else { continue }
      let path = Array(volume.joined(separator: [UInt8(ascii: "/")])).map { CChar(bitPattern: $0) } + [0]
      let number = privileged_beneath(top.number, path, PRIVILEGED_FOLDER, 0)
      guard number >= 0 else { continue }
      mounts.append(SubvolumeMount(names: place, folder: try Descriptor(number, to: "open a subvolume")))
    }
    return mounts.sorted { $0.names.count > $1.names.count }
  }

  /// The components of a path; nil when one of them leads up.
  private static func plain(_ text: ArraySlice<UInt8>) -> [[UInt8]]? {
    let names = text.split(separator: UInt8(ascii: "/")).map(Array.init)
    let dot = UInt8(ascii: ".")
    return names.contains { $0 == [dot] || $0 == [dot, dot] || $0.contains(0) } ? nil : names
  }
}
