import SystemPackage

/// The first sectors of an image: is there a partition table to ask libparted for?
///
/// libparted tries a dozen labels of other machines on anything it gets; looking first keeps it to the two that matter here.
struct FirstBytes {
  let size: Int64
  let looksLikeTable: Bool
  /// What lies at offset 0 when there is no table.
  let content: VolumeContent?
  private let isQcow2: Bool

  init(of image: FilePath) throws {
    let file = try HostFile(image)
    size = try file.size()
    let bytes = try file.bytes(at: 0, count: 8192)
    content = try VolumeContent.probe(file, in: ImageExtent(offset: 0, length: size))
    isQcow2 = bytes.starts(with: [0x51, 0x46, 0x49, 0xFB])  // "QFI" 0xfb, QEMU's docs/interop/qcow2.txt
    // The GPT header is in sector 1, whatever the sector size (UEFI specification, "GPT Header").
    let hasGPT = [512, 4096].contains { $0 + 8 <= bytes.count && bytes[$0..<$0 + 8].elementsEqual("EFI PART".utf8) }
    // A boot sector of FAT ends with the same two bytes as an MBR: its contents decide.
    let hasSignature = bytes.count >= 512 && bytes[510] == 0x55 && bytes[511] == 0xAA
    looksLikeTable = hasGPT || (hasSignature && content == nil)
  }

  func missingTable(_ image: FilePath) -> DiskImageError {
    if isQcow2 {
      return DiskImageError(
        .noPartitionTable, "'\(image)' is a qcow2 image, not a raw disk",
        hint: "convert it: qemu-img convert -f qcow2 -O raw IN OUT")
    }
    return DiskImageError(
      .noPartitionTable, "there is no partition table in '\(image)'",
      hint: "the disk is empty or was not partitioned: the installation has probably failed early")
  }
}
