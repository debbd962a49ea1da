/// The names by which a line of fstab can mean one file system of an image: never more than those of the image itself.
struct VolumeNames: Sendable, Hashable {
  private var names: Set<String> = []

  /// For a file system in a partition, or in a logical volume of it.
  init(_ partition: PartitionTable.Partition, _ volume: LogicalVolume?, _ superblock: ExtSuperblock) {
    self.init(partition, volume, identifier: superblock.identifier, label: superblock.label)
  }

  /// The same for a file system of any kind; `identifier` as blkid shows it.
  init(_ partition: PartitionTable.Partition, _ volume: LogicalVolume?, identifier: String, label: String) {
    // mount(8) takes the tags without quotes, and with them.
    func tag(_ key: String, _ value: String, _ link: String) {
      guard !value.isEmpty else { return }
      names.formUnion(["\(key)=\(value)", "\(key)=\"\(value)\"", "/dev/disk/\(link)/\(value)"])
    }
    tag("UUID", identifier, "by-uuid")
    tag("LABEL", label, "by-label")
    if let volume {
      let parts = volume.name.split(separator: "/").map(String.init)
      guard parts.count == 2 else { return }
      names.insert("/dev/\(parts[0])/\(parts[1])")
      // The device mapper joins both with a dash, and doubles those that are in them.
      names.insert("/dev/mapper/" + parts.map { $0.replacing("-", with: "--") }.joined(separator: "-"))
      return
    }
    if let name = partition.name { tag("PARTLABEL", name, "by-partlabel") }
    if let identifier = partition.identifier { tag("PARTUUID", identifier, "by-partuuid") }
    // The first disk of each kind: the image is the only one that its system had when it was installed.
    for disk in ["sda", "vda", "hda", "xvda", "nvme0n1p", "mmcblk0p"] {
      names.insert("/dev/\(disk)\(partition.number)")
    }
  }

  func contain(_ source: String) -> Bool {
    // Some write their UUIDs in capitals.
    guard let key = ["UUID=", "PARTUUID="].first(where: { source.hasPrefix($0) }) else { return names.contains(source) }
    return names.contains(key + source.dropFirst(key.count).lowercased())
  }
}

extension ExtSuperblock {
  /// The file system's UUID as blkid shows it; empty when it has none.
  var identifier: String { VolumeNames.identifier(uuid) }
}

extension VolumeNames {
  /// Sixteen bytes as blkid shows them; empty for zeros.
  static func identifier(_ bytes: [UInt8]) -> String {
    guard bytes.contains(where: { $0 != 0 }) else { return "" }
    var text = ""
    for (index, byte) in bytes.enumerated() {
      if [4, 6, 8, 10].contains(index) { text += "-" }
      text += [byte].hexText
    }
    return text
  }
}
