import FactoryTestSupport

/// Partition tables and volume groups that a guest leaves, around the file system of the disk: all are refused before a stage begins.
extension HostileDiskTests {
  private typealias Entry = HandMadeTable.Entry

  /// Sectors of the disk with room behind its file system, which ends at 96 MiB.
  private static let sectors: UInt64 = 128 << 11
  private static let free: UInt32 = 96 << 11

  private static func attack(_ name: String, _ says: String, _ patches: [(Int64, [UInt8])]) -> Attack {
    Attack(
      testDescription: name, patches: patches, length: Int64(sectors) * 512, succeeds: false, says: says)
  }

  /// The file system's own partition and an extended one behind it, with tables by their sectors in that.
  private static func extended(
    _ name: String, _ says: String, _ tables: [UInt32: [UInt8]], at start: UInt32 = free
  ) -> Attack {
    let first = HandMadeTable.msdos(Entry(0x83, 2048, free - 2048), Entry(5, start, 65_536))
    return attack(name, says, [(0, first)] + tables.map { (Int64(start + $0.key) * 512, $0.value) })
  }

  private static func gpt(_ name: String, _ says: String, _ change: (inout HandMadeTable.Guid) -> Void) -> Attack {
    var guid = HandMadeTable.Guid([(first: 2048, last: UInt64(free) - 1)])
    change(&guid)
    return attack(name, says, guid.bytes(sectors: sectors))
  }

  private static func group(_ name: String, _ volumes: String...) -> Attack {
    let size: Int64 = 32 << 20
    let first = HandMadeTable.msdos(Entry(0x83, 2048, free - 2048), Entry(0x8E, free, 65_536))
    let physical = HandMadeVolume.physical(HandMadeVolume.text(volumes: volumes.joined()), size: size)
    return attack(name, "overlap", [(0, first), (Int64(free) * 512, physical)])
  }

  static let tableAttacks: [Attack] = [
    attack(
      "primary partitions that overlap", "overlapping",
      [(0, HandMadeTable.msdos(Entry(0x83, 2048, free - 2048), Entry(0x82, 100_000, 40_000)))]),
    extended(
      "logical partitions that overlap", "overlap",
      [
        0: HandMadeTable.msdos(Entry(0x83, 2000, 4000), Entry(5, 52, 8000)),
        52: HandMadeTable.msdos(Entry(0x83, 3000, 4000)),
      ]),
    extended(
      "an extended partition over the file system", "overlap", [0: HandMadeTable.msdos(Entry(0x82, 63, 4000))],
      at: 100_000),
    extended(
      "tables of an extended partition that name each other", "run in a circle",
      [
        0: HandMadeTable.msdos(Entry(0, 0, 0), Entry(5, 100, 50)),
        100: HandMadeTable.msdos(Entry(0, 0, 0), Entry(5, 200, 50)),
        200: HandMadeTable.msdos(Entry(0, 0, 0), Entry(5, 100, 50)),
      ]),
    extended(
      "tables of an extended partition that branch", "branch",
      [0: HandMadeTable.msdos(Entry(5, 100, 50), Entry(5, 100, 50)), 100: HandMadeTable.msdos(Entry(0x83, 63, 10))]),
    gpt("GPT entries that overlap", "overlaps another one") { $0.entries.append((first: 100_000, last: 220_000)) },
    gpt("a GPT entry beyond the disk", "outside") { $0.entries.append((first: 300_000, last: 400_000)) },
    gpt("a GPT entry at the end of all numbers", "outside") { $0.entries.append((first: 1 << 63, last: 1 << 63)) },
    gpt("a GPT with entries whose size overflows", "entries") { $0.fields[80] = 0x8000_0000 },
    gpt("a GPT header with a wrong checksum", "cannot read the partition table") { $0.spoilsHeader = true },
    gpt("GPT entries with a wrong checksum", "cannot read the partition table") { $0.spoilsEntries = true },
    group(
      "logical volumes that overlap", HandMadeVolume.plain("data", 0, 4), HandMadeVolume.plain("swap", 3, 3)),
  ]
}
