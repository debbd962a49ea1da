import Installers
import Model

/// Layouts that together reach every branch of laying out and writing down.
enum LayoutSample {
  static func partition(
    _ name: String, _ mebibytes: Int64?, _ kind: FileSystemKind, _ place: String?, label: String? = nil,
    options: [String] = [], group: String? = nil
  ) -> PartitionRequest {
    PartitionRequest(
      name: name, size: mebibytes.map { .mebibytes($0) }, fileSystem: kind, mountPoint: place, fileSystemLabel: label,
      mkfsOptions: options, volumeGroup: group)
  }

  static func disk(
    _ label: DiskLayout.Label, _ firmware: DiskLayout.Firmware, _ partitions: [PartitionRequest]
  ) -> DiskLayout {
    var disk = DiskLayout()
    disk.label = label
    disk.firmware = firmware
    disk.partitions = partitions
    return disk
  }

  /// Root in the middle takes the rest; the ESP is not asked for.
  static let uefi = disk(
    .msdos, .uefi,
    [
      partition("root", nil, .ext4, "/"), partition("srv", 512, .xfs, "/srv", label: "srv"),
      partition("swap", 256, .swap, nil),
    ])

  /// Two volume groups, nothing takes the rest, options and labels that partman cannot say.
  static let volumes = disk(
    .gpt, .bios,
    [
      partition("boot", 300, .ext4, "/boot", label: "boot"), partition("swap", 100, .swap, nil, label: "SW"),
      partition("root", 2000, .ext4, "/", options: ["-m", "0"], group: "vg0"),
      partition("srv", 303, .xfs, "/srv", label: "srv", options: ["-m", "reflink=0"], group: "vg0"),
      partition("data", 201, .btrfs, "/data", label: "data-of-sixteen.", group: "vg1"),
    ])

  static let msdos = disk(
    .msdos, .bios,
    [
      partition("boot", 300, .ext4, "/boot"), partition("root", 2000, .ext4, "/"),
      partition("data", 300, .vfat, "/data", label: "DATA"), partition("swap", 100, .swap, nil),
    ])

  static let all = [uefi, volumes, msdos]

  static func request(_ disk: DiskLayout, size: ByteSize? = nil) -> RenderRequest {
    var answers = Sample.plain()
    answers.disk = disk
    var request = Sample.request(answers)
    request.diskSize = size
    return request
  }
}
