import Model
import SystemPackage

/// What a table's own bytes say besides what libparted reads: the partitions' identifiers, and where the table itself lies.
struct TableBytes {
  private let chain: ExtendedChain
  private let halves: [GuidTable]
  /// Four bytes.
  private let signature: [UInt8]

  /// Reads them; throws `.invalidPartitionTable` for what libparted must not be given, as it would not survive it.
  init(of image: FilePath) throws {
    let file = try HostFile(image)
    chain = try ExtendedChain(file)
    halves = try GuidTable.halves(of: file)
    signature = try file.bytes(at: 440, count: 4)
  }

  /// Completes a table by them, and checks it: libparted refuses most of this itself, but our offsets depend on it.
  ///
  /// Throws `.invalidPartitionTable` for partitions that exceed the image, overlap each other or lie over the table.
  func complete(_ table: inout PartitionTable, _ image: FilePath) throws {
    for index in table.partitions.indices {
      table.partitions[index].identifier = identifier(of: table.partitions[index], table)
    }
    try table.validate(image, reserved: table.label == .gpt ? halves.flatMap(\.areas) : chain.tables)
  }

  private func identifier(of partition: PartitionTable.Partition, _ table: PartitionTable) -> String? {
    switch table.label {
    case .gpt:
      let first = partition.extent.offset / Int64(table.sectorSize)
      return halves.first?.entries.first { $0.number == partition.number && $0.first == first }?.identifier
    case .msdos:
      // The signature as a number, and the partition's; none on a disk without a signature. (libblkid)
      guard signature.count == 4, signature.contains(where: { $0 != 0 }), (1...255).contains(partition.number) else {
        return nil
      }
      return signature.reversed().hexText + "-" + [UInt8(partition.number)].hexText
    case .none: return nil
    }
  }
}

extension PartitionTable {
  fileprivate func validate(_ image: FilePath, reserved: [ImageExtent]) throws {
    var end: Int64 = 0
    for partition in partitions {
      let place = partition.extent
      func require(_ condition: Bool, _ otherwise: String) throws {
        guard !condition else { return }
        throw DiskImageError(
          .invalidPartitionTable, "partition \(partition.number) of '\(image)' \(otherwise)",
          hint: "the installation has probably failed, or the disk is damaged")
      }
      try require(
        place.length > 0 && place.offset > 0 && place.end <= imageSize.bytes, "exceeds the disk of \(imageSize)")
      try require(place.offset >= end, "overlaps another one")
      try require(!reserved.contains { $0.overlaps(place) }, "lies over the partition table")
      if let extended {
        let isInside = place.offset >= extended.offset && place.end <= extended.end
        try require(
          partition.isLogical ? isInside : !extended.overlaps(place), "crosses the edge of the extended partition")
      }
      end = place.end
    }
  }
}
