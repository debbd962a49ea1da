import DiskImages
import FactoryTestSupport
import Glibc
import SystemPackage
import Testing

/// Tables that a hostile guest makes: several of these end a process that gives them to libparted as they are (3.5).
@Suite("tables that no tool writes")
struct HostileTableTests {
  private typealias Entry = HandMadeTable.Entry
  private static let sectors: UInt64 = 65_536

  /// A table with its name.
  struct Attack<Table: Sendable>: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var table: Table

    init(_ name: String, _ table: Table) { (testDescription, self.table) = (name, table) }
  }

  private let scratch = try? Scratch()

  private func disk(_ parts: [(Int64, [UInt8])]) throws -> FilePath {
    let scratch = try #require(scratch)
    let image = try scratch.sparse("disk.raw", mebibytes: Int(Self.sectors >> 11))
    for (offset, bytes) in parts { try scratch.patch(image, at: offset, bytes) }
    return image
  }

  /// What a table is refused for; nil when it is not.
  private func refusal(_ parts: [(Int64, [UInt8])]) throws -> DiskImageError? {
    let image = try disk(parts)
    do { _ = try PartitionTable.read(image) } catch { return try #require(error as? DiskImageError, "\(error)") }
    return nil
  }

  /// Tables by their sectors; an extended partition of 10 MiB begins at sector 2048.
  private static let chains: [Attack<[Int64: [UInt8]]>] = [
    Attack(
      "two tables that name each other",
      [
        2048: HandMadeTable.msdos(Entry(0, 0, 0), Entry(5, 100, 50)),
        2148: HandMadeTable.msdos(Entry(0, 0, 0), Entry(5, 200, 50)),
        2248: HandMadeTable.msdos(Entry(0, 0, 0), Entry(5, 100, 50)),
      ]
    ),
    Attack("a table that names itself", [2048: HandMadeTable.msdos(Entry(0x83, 63, 100), Entry(5, 0, 20_480))]),
    Attack(
      "tables that name the next one twice: two to the power of their number",
      Dictionary(
        uniqueKeysWithValues: (0..<60).map { index in
          let next = UInt32(index + 1) * 8
          return (2048 + Int64(index) * 8, HandMadeTable.msdos(Entry(5, next, 8), Entry(15, next, 8)))
        })
    ),
    Attack(
      "a chain of 2,000 tables",
      Dictionary(
        uniqueKeysWithValues: (0..<2000).map { index in
          (2048 + Int64(index), HandMadeTable.msdos(Entry(0, 0, 0), Entry(5, UInt32(index + 1), 1)))
        })
    ),
    Attack("a chain that leaves its partition", [2048: HandMadeTable.msdos(Entry(0, 0, 0), Entry(5, 40_000, 50))]),
    Attack(
      "logical partitions that overlap",
      [
        2048: HandMadeTable.msdos(Entry(0x83, 2000, 4000), Entry(5, 52, 8000)),
        2100: HandMadeTable.msdos(Entry(0x83, 3000, 4000)),
      ]
    ),
    Attack(
      "a logical partition over the next table",
      [
        2048: HandMadeTable.msdos(Entry(0x83, 63, 9000), Entry(5, 8000, 4000)),
        10_048: HandMadeTable.msdos(Entry(0x83, 2063, 1000)),
      ]
    ),
    Attack("a logical partition that leaves the extended one", [2048: HandMadeTable.msdos(Entry(0x83, 63, 30_000))]),
    Attack("a logical partition without an end", [2048: HandMadeTable.msdos(Entry(0x83, 63, .max))]),
  ]

  @Test("extended partitions: loops, trees, overlaps", arguments: HostileTableTests.chains)
  func chain(_ attack: Attack<[Int64: [UInt8]]>) throws {
    let first = HandMadeTable.msdos(Entry(0x83, 40_960, 8192), Entry(5, 2048, 20_480))
    let error = try refusal([(0, first)] + attack.table.map { ($0.key * 512, $0.value) })
    #expect(error?.kind == .invalidPartitionTable, "\(error?.message ?? "was read")")
  }

  @Test("a chain as tools write it is read")
  func sound() throws {
    let image = try disk([
      (0, HandMadeTable.msdos(Entry(0x83, 40_960, 8192), Entry(15, 2048, 20_480), signature: 0xBEEF)),
      (2048 * 512, HandMadeTable.msdos(Entry(0x83, 63, 4000), Entry(5, 8000, 4000))),
      (10_048 * 512, HandMadeTable.msdos(Entry(0x83, 63, 3000))),
    ])
    let table = try PartitionTable.read(image)
    #expect(table.partitions.map(\.number) == [5, 6, 1])
    #expect(table.partitions.map(\.identifier) == ["0000beef-05", "0000beef-06", "0000beef-01"])
  }

  private static func guid(_ entries: (UInt64, UInt64)..., fields: [Int: UInt64] = [:]) -> HandMadeTable.Guid {
    var guid = HandMadeTable.Guid(entries.map { (first: $0.0, last: $0.1) })
    guid.fields = fields
    return guid
  }

  private static let guids: [Attack<HandMadeTable.Guid>] = [
    Attack("partitions that overlap", guid((2048, 10_000), (9000, 20_000))),
    Attack("a partition in another one", guid((2048, 30_000), (9000, 20_000))),
    Attack("one place twice", guid((2048, 9999), (2048, 9999))),
    Attack("a partition beyond the disk", guid((2048, 9999), (70_000, 80_000))),
    Attack("a partition that ends beyond the disk", guid((2048, 65_536))),
    Attack("a partition that ends before it begins", guid((9000, 2048))),
    Attack("a partition over the entries", guid((3, 9999))),
    Attack("a partition over the second half", guid((2048, sectors - 2))),
    Attack("partitions at the end of all numbers", guid((1 << 63, 1 << 63), (.max, .max), (1 << 54, 1 << 55))),
    Attack("4 G entries", guid((2048, 9999), fields: [80: 0xFFFF_FFFF])),
    Attack("entries whose size overflows", guid((2048, 9999), fields: [80: 0x8000_0000])),
    Attack("no entries", guid((2048, 9999), fields: [80: 0])),
    Attack("entries of 256 bytes", guid((2048, 9999), fields: [84: 256])),
    Attack("entries that lie far away", guid((2048, 9999), fields: [72: 1 << 62])),
    Attack("entries at the end of the disk", guid((2048, 9999), fields: [72: sectors - 1])),
    Attack("more to use than the disk has", guid((2048, 9999), fields: [48: 1 << 40])),
    Attack("a header of 4 GiB", guid((2048, 9999), fields: [12: 0xFFFF_FFFF])),
    Attack("a second half beyond the disk", guid((2048, 9999), fields: [32: 1 << 40])),
  ]

  @Test("GPTs with right checksums: overlaps, places beyond the disk, sizes that overflow", arguments: guids)
  func guid(_ attack: Attack<HandMadeTable.Guid>) throws {
    let error = try refusal(attack.table.bytes(sectors: Self.sectors))
    #expect(error?.kind == .invalidPartitionTable, "\(error?.message ?? "was read")")
    #expect(error?.hint != nil)
  }

  @Test("a GPT whose header's or entries' checksum is wrong is refused, in the first half alone, too")
  func checksums() throws {
    for change in [\HandMadeTable.Guid.spoilsEntries, \.spoilsHeader] {
      var guid = Self.guid((2048, 9999))
      let sound = guid.bytes(sectors: Self.sectors)
      #expect(try refusal(sound) == nil)
      guid[keyPath: change] = true
      let spoilt = guid.bytes(sectors: Self.sectors)
      #expect(try refusal(spoilt)?.kind == .invalidPartitionTable)
      #expect(try refusal(Array(spoilt[..<3] + sound[3...]))?.kind == .invalidPartitionTable)
    }
  }

  @Test("random tables with right checksums give a sound table or an error, never a crash", arguments: 0..<4)
  func random(_ seed: Int) throws {
    var random = SplitMix(state: UInt64(seed))
    let places: [UInt64] = [
      0, 1, 2, 33, 34, 2048, 4096, 9000, 30_000, 60_000, 65_502, 65_503, 65_535, 65_536, 1 << 31, 1 << 32, 1 << 54,
      1 << 55, .max >> 1, 1 << 63, .max,
    ]
    let fields = [12, 24, 32, 40, 48, 72, 80, 84]
    var read = 0
    for _ in 0..<50 {
      var parts: [(Int64, [UInt8])] = []
      if seed % 2 == 0 {
        var guid = HandMadeTable.Guid([])
        for _ in 0..<Int.random(in: 0...3, using: &random) {
          let first = places.randomElement(using: &random) ?? 0
          guid.entries.append(
            (first, Bool.random(using: &random) ? first &+ 500 : places.randomElement(using: &random) ?? 0))
        }
        if Int.random(in: 0..<3, using: &random) == 0 {
          guid.fields[fields.randomElement(using: &random) ?? 0] = places.randomElement(using: &random) ?? 0
        }
        parts = guid.bytes(sectors: Self.sectors)
      } else {
        let types: [UInt8] = [0x83, 0x82, 0x05, 0x0F, 0x85, 0xEE, 0x07, 0x0C, 0x8E]
        func entry() -> Entry {
          Entry(
            types.randomElement(using: &random) ?? 0, UInt32.random(in: 0..<50_000, using: &random) / 512 * 512,
            UInt32.random(in: 1..<16_384, using: &random))
        }
        parts = [(0, HandMadeTable.msdos(entry(), entry()))]
        for sector in stride(from: Int64(512), to: 50_000, by: 512) {
          parts.append((sector * 512, HandMadeTable.msdos(entry(), entry())))
        }
      }
      do {
        let table = try PartitionTable.read(disk(parts))
        read += 1
        #expect(zip(table.partitions, table.partitions.dropFirst()).allSatisfy { $0.extent.end <= $1.extent.offset })
        #expect(table.partitions.allSatisfy { $0.extent.offset > 0 && $0.extent.end <= 32 << 20 })
      } catch { #expect(error is DiskImageError) }
    }
    #expect(read > 0)
  }
}
