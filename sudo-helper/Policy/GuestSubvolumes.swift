/// Where distributions put a system in a btrfs, and which subvolumes its fstab mounts into it.
package enum GuestSubvolumes {
  /// Folders of the top level that may be the system's root: the top itself, Fedora, Ubuntu and openSUSE, Debian, openSUSE with snapshots.
  package static let roots = ["", "root", "@", "@rootfs", "@/.snapshots/1/snapshot"]

  /// How much of an fstab is read, in bytes and lines.
  package static let largestTable = 1 << 16
  private static let mostLines = 256

  /// A subvolume: the names of its place in the system, and of its folder below the top level.
  package struct Mount: Sendable, Hashable {
    package var place: [[UInt8]]
    package var volume: [[UInt8]]
  }

  /// The subvolumes in the text of an fstab(5).
  ///
  /// The guest writes that file: what is no plain path below the top is left out.
  package static func mounts(in table: some Sequence<UInt8>) -> [Mount] {
    var mounts: [Mount] = []
    for line in Array(table.prefix(largestTable)).split(separator: UInt8(ascii: "\n")).prefix(mostLines) {
      let fields = line.split { $0 == 0x20 || $0 == 0x09 }
      guard fields.count >= 4, fields[2].elementsEqual("btrfs".utf8), fields[0].first != UInt8(ascii: "#"),
        let place = plain(fields[1]), !place.isEmpty,
        let option = fields[3].split(separator: UInt8(ascii: ",")).first(where: { $0.starts(with: "subvol=".utf8) }),
        let volume = plain(option.dropFirst("subvol=".utf8.count)), !volume.isEmpty
      else { continue }
      mounts.append(Mount(place: place, volume: volume))
    }
    return mounts
  }

  /// The components of a path; nil when one of them leads up.
  private static func plain(_ text: ArraySlice<UInt8>) -> [[UInt8]]? {
    let names = text.split(separator: UInt8(ascii: "/")).map(Array.init)
    let dot = UInt8(ascii: ".")
    return names.contains { $0 == [dot] || $0 == [dot, dot] || $0.contains(0) } ? nil : names
  }
}
