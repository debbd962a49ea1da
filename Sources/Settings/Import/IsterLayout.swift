import Model

/// The three lists of an ister template that describe the disk, checked as ister checks them, and joined.
struct IsterLayout {
  struct Part {
    var number: Int
    /// nil: the rest.
    var size: ByteSize?
    var isEFI: Bool
    var fileSystem: FileSystemKind?
    var options = ""
    var label: String?
    var mountPoint: String?
    var path: String
  }

  private(set) var parts: [Part] = []

  var hasEFI: Bool { parts.contains(where: \.isEFI) }

  mutating func read(_ template: inout ImportObject, isPhysical: Bool, isLegacy: Bool, _ notes: inout ImportNotes) {
    var disks = Set<String>()
    for var entry in template.objects("PartitionLayout", &notes) {
      guard let (disk, number) = place(&entry, &notes) else { continue }
      disks.insert(disk)
      if parts.contains(where: { $0.number == number }) {
        notes.refuse(entry.path, "disk '\(disk)' has partition \(number) already")
      }
      let type = entry.word("type", &notes) ?? ""
      if !["EFI", "linux", "swap"].contains(type) {
        notes.refuse(entry.path(of: "type"), "is '\(type)', expected EFI, linux or swap")
      }
      if type == "EFI", hasEFI { notes.refuse(entry.path, "is a second EFI partition") }
      let size = size(entry.word("size", &notes) ?? "", entry.path(of: "size"), &notes)
      var part = Part(number: number, size: size, isEFI: type == "EFI", path: entry.path)
      if type == "swap" { part.fileSystem = .swap }
      parts.append(part)
      entry.reportRest(&notes)
    }
    if disks.count > 1 { notes.refuse("PartitionLayout", "names \(disks.count) disks; an image is one") }
    if parts.count > 128 { notes.refuse("PartitionLayout", "has more than 128 partitions") }
    parts.sort { $0.number < $1.number }
    for part in parts.dropLast() where part.size == nil {
      notes.refuse("\(part.path).size", "only the last partition can take the rest of the disk")
    }
    readFileSystems(&template, &notes)
    readMounts(&template, isPhysical: isPhysical, isLegacy: isLegacy, &notes)
  }

  private func place(_ entry: inout ImportObject, _ notes: inout ImportNotes) -> (disk: String, number: Int)? {
    let disk = entry.word("disk", &notes) ?? ""
    guard !disk.isEmpty else {
      notes.refuse(entry.path(of: "disk"), "is missing")
      return nil
    }
    guard let number = entry.word("partition", &notes).flatMap(Int.init), number > 0 else {
      notes.refuse(entry.path(of: "partition"), "is no number from 1")
      return nil
    }
    return (disk, number)
  }

  /// `N[MGT]`, powers of 1024 as sgdisk takes them, or `rest`.
  private func size(_ text: String, _ path: String, _ notes: inout ImportNotes) -> ByteSize? {
    if text == "rest" { return nil }
    let unit = text.last.map(String.init) ?? ""
    guard ["M", "G", "T"].contains(unit), let count = Int64(text.dropLast()), count > 0, let size = ByteSize(text)
    else {
      notes.refuse(path, "is '\(text)', expected a number with M, G or T, or 'rest'")
      return ByteSize(bytes: 1)
    }
    return size
  }

  private mutating func readFileSystems(_ template: inout ImportObject, _ notes: inout ImportNotes) {
    var seen = Set<Int>()
    for var entry in template.objects("FilesystemTypes", &notes) {
      guard let (disk, number) = place(&entry, &notes) else { continue }
      if !seen.insert(number).inserted {
        notes.refuse(entry.path, "disk '\(disk)' partition \(number) has a type already")
      }
      let type = entry.word("type", &notes) ?? ""
      let options = entry.word("options", &notes) ?? ""
      let label = entry.word("label", &notes)
      if entry.value("disable_format") != nil {
        notes.unsupported(entry.path(of: "disable_format"), "an image starts from an empty disk")
      }
      if entry.value("encryption") != nil {
        notes.refuse(
          entry.path(of: "encryption"), "encrypted partitions are not supported: a golden image would share its key")
      }
      entry.reportRest(&notes)
      guard let index = parts.firstIndex(where: { $0.number == number }) else {
        notes.refuse(entry.path, "disk '\(disk)' partition \(number) is not in PartitionLayout")
        continue
      }
      if ["ext2", "ext3"].contains(type) {
        notes.refuse(entry.path(of: "type"), "'\(type)' is not supported: installers make ext4", hint: "write ext4")
      } else if let kind = FileSystemKind(rawValue: type) {
        parts[index].fileSystem = kind
      } else {
        notes.refuse(entry.path(of: "type"), "is '\(type)', expected ext2, ext3, ext4, vfat, btrfs, xfs or swap")
      }
      parts[index].options = options
      parts[index].label = label
    }
  }

  private mutating func readMounts(
    _ template: inout ImportObject, isPhysical: Bool, isLegacy: Bool, _ notes: inout ImportNotes
  ) {
    var seen = Set<Int>()
    var mounts = Set<String>()
    for var entry in template.objects("PartitionMountPoints", &notes) {
      guard let (disk, number) = place(&entry, &notes) else { continue }
      let mount = entry.word("mount", &notes) ?? ""
      if !mount.hasPrefix("/") { notes.refuse(entry.path(of: "mount"), "is '\(mount)', expected an absolute path") }
      if !mounts.insert(mount).inserted { notes.refuse(entry.path(of: "mount"), "'\(mount)' is mounted twice") }
      if !seen.insert(number).inserted {
        notes.refuse(entry.path, "disk '\(disk)' partition \(number) is mounted already")
      }
      if entry.value("encryption") != nil {
        notes.refuse(
          entry.path(of: "encryption"), "encrypted partitions are not supported: a golden image would share its key")
      }
      entry.reportRest(&notes)
      guard let index = parts.firstIndex(where: { $0.number == number && $0.fileSystem != nil }) else {
        notes.refuse(entry.path, "disk '\(disk)' partition \(number) is not in FilesystemTypes")
        continue
      }
      parts[index].mountPoint = mount
    }
    if !mounts.contains("/") { notes.refuse("PartitionMountPoints", "nothing is mounted at '/'") }
    let hasBoot = mounts.contains("/boot") || mounts.contains("/boot/efi") || mounts.contains("/efi")
    if !hasBoot, hasEFI || isPhysical && !isLegacy {
      notes.refuse("PartitionMountPoints", "nothing is mounted at '/boot'")
    }
    for part in parts where part.fileSystem != .swap && part.mountPoint == nil {
      notes.refuse(part.path, "a partition without mount point is not supported: installers do not leave one unused")
    }
  }
}
