import SystemPackage

/// One half of a GPT as its bytes are, looked at before libparted does.
///
/// libparted 3.5 believes what a right checksum covers: a number of entries whose size overflows, or an entry that begins behind its end,
/// ends the process by an assertion. The halves also have what libparted does not hand out: the partitions' own GUIDs, and where the table
/// lies. Fields: UEFI specification 2.10, chapter 5.3; numbers are little endian, offsets in bytes.
struct GuidTable {
  /// One partition, in sectors; the last one included.
  struct Entry {
    var number: Int
    var first: Int64
    var last: Int64
    /// As blkid shows it.
    var identifier: String
  }

  /// Header and entries.
  private(set) var areas: [ImageExtent]
  private(set) var entries: [Entry] = []
  private let other: Int64

  /// libparted takes sectors of 512 bytes for every image file.
  private static let sector: Int64 = 512
  private static let entrySize: Int64 = 128
  /// As many as libparted takes.
  private static let most: Int64 = 8192

  /// The halves wherever libparted may look for one, the one at the disk's start first; none without a protective MBR.
  ///
  /// Throws `.invalidPartitionTable` for a half that names places outside of the disk, or one place twice.
  static func halves(of file: borrowing HostFile) throws -> [GuidTable] {
    let bytes = try file.bytes(at: 0, count: 512)
    guard bytes.count == 512, bytes[510] == 0x55, bytes[511] == 0xAA,
      [450, 466, 482, 498].contains(where: { bytes[$0] == 0xEE })
    else { return [] }
    let sectors = try file.size() / sector
    guard sectors > 2 else { return [] }
    let first = try GuidTable(file, at: 1, sectors)
    // The second half where the first one says, or at the end when the first one is damaged.
    let places = Set([first?.other, sectors - 1].compactMap { $0 }).subtracting([1]).sorted()
    var found = [first].compactMap { $0 }
    for place in places {
      if let half = try GuidTable(file, at: place, sectors) { found.append(half) }
    }
    return found
  }

  /// nil when there is no header at that sector.
  private init?(_ file: borrowing HostFile, at place: Int64, _ sectors: Int64) throws {
    let header = try file.bytes(at: place * GuidTable.sector, count: 92)
    guard header.count == 92, header.starts(with: "EFI PART".utf8) else { return nil }
    let image = file.path
    func require(_ condition: Bool, _ problem: String) throws {
      if !condition { throw GuidTable.damaged(problem, image) }
    }
    func number(_ offset: Int, _ count: Int) -> Int64 { GuidTable.number(header, offset, count) }
    let (count, start) = (number(80, 4), number(72, 8))
    let (usable, last) = (number(40, 8), number(48, 8))
    other = number(32, 8)
    try require((92...GuidTable.sector).contains(number(12, 4)), "its header has an impossible size")
    try require(number(84, 4) == GuidTable.entrySize, "its entries have \(number(84, 4)) bytes, not 128")
    try require((1...GuidTable.most).contains(count), "it has \(count) entries")
    try require(number(24, 8) == place && other < sectors, "a half of it is not where it should be")
    let length = (count * GuidTable.entrySize + GuidTable.sector - 1) / GuidTable.sector
    try require(start >= 2 && start <= sectors - length, "its entries lie outside of the disk")
    try require(usable <= last && last < sectors, "it uses more than the disk")
    areas = [(place, 1), (start, length)].map {
      ImageExtent(offset: $0.0 * GuidTable.sector, length: $0.1 * GuidTable.sector)
    }
    let bytes = try file.bytes(at: start * GuidTable.sector, count: Int(count * GuidTable.entrySize))
    try require(bytes.count == count * GuidTable.entrySize, "its entries lie outside of the disk")
    entries = (0..<Int(count)).compactMap { GuidTable.entry($0, bytes) }
    var end = usable - 1
    for entry in entries.sorted(by: { $0.first < $1.first }) {
      try require(
        entry.first >= usable && entry.first <= entry.last && entry.last <= last,
        "partition \(entry.number) lies outside of what the table may use")
      try require(entry.first > end, "partition \(entry.number) overlaps another one")
      end = entry.last
    }
  }

  /// nil for one that is not used.
  private static func entry(_ index: Int, _ bytes: [UInt8]) -> Entry? {
    let start = index * Int(entrySize)
    guard bytes[start..<start + 16].contains(where: { $0 != 0 }) else { return nil }
    // The first three fields of a GUID are numbers, the other two are bytes in order (appendix A).
    let fields = [(16, 4), (20, 2), (22, 2)].map { Array(bytes[start + $0.0..<start + $0.0 + $0.1].reversed()) }
    let rest = [(24, 2), (26, 6)].map { Array(bytes[start + $0.0..<start + $0.0 + $0.1]) }
    return Entry(
      number: index + 1, first: number(bytes, start + 32, 8), last: number(bytes, start + 40, 8),
      identifier: (fields + rest).map(\.hexText).joined(separator: "-"))
  }

  private static func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> Int64 {
    Int64(clamping: bytes[offset..<offset + count].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  private static func damaged(_ problem: String, _ image: FilePath) -> DiskImageError {
    DiskImageError(
      .invalidPartitionTable, "cannot read the partition table of '\(image)': \(problem)",
      hint: "the installation has probably failed, or the disk is damaged")
  }
}

extension Sequence<UInt8> {
  /// Two small hexadecimal digits each.
  var hexText: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
