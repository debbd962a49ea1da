package import Model
package import SystemPackage

/// The partition table of a disk image.
package struct PartitionTable: Sendable, Hashable {
  /// The kinds of table this project handles.
  package enum Label: String, Sendable, Hashable {
    case msdos
    case gpt
    /// No table: one file system from the first byte on. libparted calls that "loop"; here it is one pseudo-partition with number 0,
    /// so that a caller decides on purpose whether to accept it.
    case none
  }

  /// One partition that can hold data; free space, table areas and the extended partition itself are not listed.
  package struct Partition: Sendable, Hashable {
    /// As Linux counts; 0 for the pseudo-partition of a disk without a table.
    package var number: Int
    /// Where its bytes lie in the image.
    package var extent: ImageExtent
    /// What its first bytes say it holds; nil when unknown. Contents decide, not the type field.
    package var content: VolumeContent?
    /// The logical volumes of an LVM physical volume; empty when it is none or its metadata cannot be read.
    package var volumes: [LogicalVolume] = []
    /// The GPT name, control characters replaced; nil where the label has none.
    package var name: String?
    /// Its own UUID as blkid's `PARTUUID`, in small letters: a GPT's GUID, or an msdos disk's signature with the number; nil when the
    /// table has none.
    package var identifier: String?
    /// libparted's names of the flags that are set: `boot`, `esp`, `lvm`, `bios_grub`.
    package var flags: Set<String>
    /// True for a logical partition inside an msdos extended one.
    package var isLogical: Bool

    /// The msdos active flag (on GPT libparted reports `boot` for an ESP).
    package var isActive: Bool { flags.contains("boot") }
    /// The file system's name as in `blkid`; nil when unknown.
    package var fileSystem: String? { content?.name }
  }

  package var label: Label
  /// Bytes.
  package var sectorSize: Int
  /// The length of the image.
  package var imageSize: ByteSize
  /// In the order of their place on the disk.
  package var partitions: [Partition]
  /// The msdos extended partition: its chain of tables lies between the logical ones.
  package var extended: ImageExtent?
  /// What libparted found odd but readable, such as a GPT on a disk that was grown.
  package var warnings: [String]

  /// Reads the table of an image file by libparted; nothing is ever written.
  ///
  /// Blocks, one caller at a time (libparted has global state). Throws `DiskImageError`: `.noPartitionTable` for an image without one
  /// and without a known file system, `.invalidPartitionTable` for one that is broken, overlaps or exceeds the image.
  package static func read(_ image: FilePath) throws -> PartitionTable {
    let first = try FirstBytes(of: image)
    if !first.looksLikeTable {
      guard let content = first.content else { throw first.missingTable(image) }
      return PartitionTable(label: .none, holding: content, size: first.size)
    }
    // Before libparted looks at them.
    let bytes = try TableBytes(of: image)
    var table = try Parted.read(image)
    table.partitions.sort { $0.extent.offset < $1.extent.offset }
    try bytes.complete(&table, image)
    for index in table.partitions.indices {
      let found = try VolumeContent.probe(image, in: table.partitions[index].extent)
      table.partitions[index].content = found ?? table.partitions[index].content
      guard found == .lvm else { continue }
      do {
        table.partitions[index].volumes = try LogicalVolume.list(image, in: table.partitions[index].extent)
      } catch let error as DiskImageError where error.kind == .corrupt {
        table.warnings.append("partition \(table.partitions[index].number): \(error)")
      }
    }
    return table
  }

  private init(label: Label, holding content: VolumeContent, size: Int64) {
    self.label = label
    sectorSize = 512
    imageSize = ByteSize(bytes: size)
    partitions = [
      Partition(
        number: 0, extent: ImageExtent(offset: 0, length: size), content: content, name: nil, flags: [],
        isLogical: false)
    ]
    extended = nil
    warnings = []
  }

  init(label: Label, sectorSize: Int, imageSize: ByteSize) {
    self.label = label
    self.sectorSize = sectorSize
    self.imageSize = imageSize
    partitions = []
    extended = nil
    warnings = []
  }
}
