import SystemPackage

/// The tables in an msdos extended partition, each of which names the next one.
///
/// Walked before libparted does it: that follows every link of every table by recursion and sees only a table that names itself
/// (libparted 3.5, dos.c), so that two tables that name each other would end the process. Layout: an MBR's four entries of 16 bytes at
/// byte 446, little endian; the type is byte 4, the first sector byte 8, the number of sectors byte 12.
struct ExtendedChain {
  /// Every sector with a table in it, the first one of the disk included.
  private(set) var tables = [ImageExtent(offset: 0, length: ExtendedChain.sector)]

  /// libparted takes sectors of 512 bytes for every image file.
  private static let sector: Int64 = 512
  /// More than Linux looks at, which gives a disk at most 256 partitions.
  private static let most = 256

  /// Walks all chains of a disk; throws `.invalidPartitionTable` for one that runs in a circle, branches, leaves its partition or does
  /// not end.
  init(_ file: borrowing HostFile) throws {
    // An entry of no sectors is none.
    for primary in try ExtendedChain.links(file, at: 0) where primary.count > 0 {
      let end = primary.start + primary.count
      var next: Int64? = primary.start
      while let place = next {
        guard (primary.start..<end).contains(place) else { throw ExtendedChain.damaged("leave it", file.path) }
        let table = ImageExtent(offset: place * ExtendedChain.sector, length: ExtendedChain.sector)
        guard !tables.contains(table) else { throw ExtendedChain.damaged("run in a circle", file.path) }
        guard tables.count < ExtendedChain.most else { throw ExtendedChain.damaged("do not end", file.path) }
        tables.append(table)
        let links = try ExtendedChain.links(file, at: place)
        guard links.count < 2 else { throw ExtendedChain.damaged("branch", file.path) }
        next = links.first.map { primary.start + $0.start }
      }
    }
  }

  /// The entries of one table that name others, in sectors; none when there is no table.
  private static func links(_ file: borrowing HostFile, at sector: Int64) throws -> [(start: Int64, count: Int64)] {
    let bytes = try file.bytes(at: sector * ExtendedChain.sector, count: 512)
    guard bytes.count == 512, bytes[510] == 0x55, bytes[511] == 0xAA else { return [] }
    func number(_ offset: Int) -> Int64 { bytes[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | Int64($1) } }
    // The three types that libparted follows: DOS's, the one with sector numbers, and Linux's.
    return [446, 462, 478, 494].filter { [0x05, 0x0F, 0x85].contains(bytes[$0 + 4]) }.map {
      (number($0 + 8), number($0 + 12))
    }
  }

  private static func damaged(_ what: String, _ image: FilePath) -> DiskImageError {
    DiskImageError(
      .invalidPartitionTable,
      "cannot read the partition table of '\(image)': the tables of the extended partition \(what)",
      hint: "the installation has probably failed, or the disk is damaged")
  }
}
