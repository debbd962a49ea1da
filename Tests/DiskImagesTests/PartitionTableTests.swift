import DiskImages
import Glibc
import Model
import SystemPackage
import Testing

@Suite("partition tables", .enabled(if: Tool.has("sfdisk", "mke2fs"), "needs fdisk and e2fsprogs"))
struct PartitionTableTests {
  private let scratch = try? Scratch()

  private func disk(_ script: String, mebibytes: Int = 64) throws -> FilePath {
    let scratch = try #require(scratch)
    let image = try scratch.sparse("disk.raw", mebibytes: mebibytes)
    try TestDisk.sfdisk(scratch, image, script)
    return image
  }

  private func kind(_ image: FilePath) -> DiskImageError.Kind? {
    do { _ = try PartitionTable.read(image) } catch { return (error as? DiskImageError)?.kind }
    return nil
  }

  /// An MBR with primary entries (type, start sector, sectors).
  private func mbr(_ entries: [(UInt8, UInt32, UInt32)]) -> [UInt8] {
    var sector = [UInt8](repeating: 0, count: 512)
    for (index, entry) in entries.enumerated() {
      let base = 446 + index * 16
      sector[base + 4] = entry.0
      for byte in 0..<4 {
        sector[base + 8 + byte] = UInt8(truncatingIfNeeded: entry.1 >> (8 * UInt32(byte)))
        sector[base + 12 + byte] = UInt8(truncatingIfNeeded: entry.2 >> (8 * UInt32(byte)))
      }
    }
    sector[510] = 0x55
    sector[511] = 0xAA
    return sector
  }

  @Test("an msdos table with an extended partition is read as sfdisk wrote it")
  func msdos() throws {
    let image = try disk(
      "label: dos\nstart=2048,size=20480,type=83,bootable\nstart=24576,size=81920,type=5\nstart=26624,size=8192,type=83\nstart=40960,size=8192,type=82\n"
    )
    let table = try PartitionTable.read(image)
    #expect(table.label == .msdos && table.sectorSize == 512 && table.imageSize == .mebibytes(64))
    #expect(table.partitions.map(\.number) == [1, 5, 6])
    #expect(table.partitions[0].extent == ImageExtent(offset: 1 << 20, length: 10 << 20))
    #expect(table.partitions[0].isActive && !table.partitions[1].isActive && table.partitions[1].isLogical)
    #expect(table.extended == ImageExtent(offset: 12 << 20, length: 40 << 20))
    #expect(
      table.unusedSpace == [
        ImageExtent(offset: 11 << 20, length: 1 << 20), ImageExtent(offset: 52 << 20, length: 12 << 20),
      ])
  }

  @Test("a GPT with names and flags is read as sfdisk wrote it, contents by their own signatures")
  func gpt() throws {
    let image = try disk(
      "label: gpt\nstart=2048,size=20480,type=U,name=\"boot\u{1B}[31m\"\nstart=30720,size=40960,type=L,name=\"root\"\nstart=71680,size=20480,type=S\n"
    )
    let root = ImageExtent(offset: 15 << 20, length: 20 << 20)
    try TestDisk.mkfs(image, root, ["-t", "ext4"])
    try TestDisk.mkswap(#require(scratch), image, at: 35 << 20)
    let table = try PartitionTable.read(image)
    #expect(table.label == .gpt)
    #expect(table.partitions.map(\.fileSystem) == [nil, "ext4", "swap"])
    #expect(table.partitions[1].extent == root && table.partitions[1].name == "root")
    #expect(table.partitions[0].flags.contains("esp"))
    #expect(table.partitions[0].name?.contains("\u{1B}") == false)
    #expect(table.unusedSpace.last == ImageExtent(offset: 45 << 20, length: 18 << 20))
    #expect(table.summary == "3 partitions: 1 unknown, 2 ext4, 3 swap")
  }

  @Test("reading changes no byte, and a grown disk is seen with its new size and a warning")
  func grown() throws {
    let image = try disk("label: gpt\nstart=2048,size=20480\n")
    let before = try FileDigest.sha256(image)
    #expect(try PartitionTable.read(image).warnings.isEmpty)
    #expect(try FileDigest.sha256(image) == before)
    try #require(truncate(image.string, 100 << 20) == 0)
    let grown = try FileDigest.sha256(image)
    let table = try PartitionTable.read(image)
    #expect(table.imageSize == .mebibytes(100) && !table.warnings.isEmpty && table.partitions.count == 1)
    #expect(try FileDigest.sha256(image) == grown)
  }

  @Test("no table: an empty disk is an error, a bare file system is a pseudo-partition with number 0")
  func none() throws {
    let scratch = try #require(scratch)
    let empty = try scratch.sparse("empty.raw", mebibytes: 8)
    #expect(kind(empty) == .noPartitionTable)
    #expect(kind(try scratch.write("tiny.raw", "x")) == .noPartitionTable)
    #expect(kind(try scratch.write("nothing.raw", "")) == .noPartitionTable)
    #expect(kind(scratch.path("missing.raw")) == .notFound)
    #expect(kind(scratch.folder) == .wrongType)
    try TestDisk.mkfs(empty, ImageExtent(offset: 0, length: 8 << 20), ["-t", "ext4"])
    let table = try PartitionTable.read(empty)
    #expect(table.label == .none && table.partitions.map(\.number) == [0])
    #expect(table.partitions[0].fileSystem == "ext4" && table.unusedSpace.isEmpty)
  }

  @Test(
    "a first sector that looks like qcow2 is never followed: with a table it is a raw disk, without one an error that says so"
  )
  func qcow2() throws {
    let scratch = try #require(scratch)
    let image = try disk("label: dos\nstart=2048,size=20480,type=83\n")
    try scratch.patch(image, at: 0, [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3])
    #expect(try PartitionTable.read(image).partitions.count == 1)
    let bare = try scratch.write("bare.raw", [0x51, 0x46, 0x49, 0xFB] + [UInt8](repeating: 0, count: 4092))
    #expect { try PartitionTable.read(bare) } throws: { "\($0)".contains("qcow2") }
  }

  @Test("partitions that overlap or exceed the disk are refused")
  func impossible() throws {
    let scratch = try #require(scratch)
    let image = try scratch.sparse("disk.raw", mebibytes: 16)
    for entries in [
      [(0x83, 2048, 8192), (0x83, 4096, 8192)],
      [(0x83, 2048, 1 << 20)],
      [(0x83, 0xFFFF_FFF0, 0xFFFF_FFF0)],
      [(0x83, 0, 8192)],
      [(0x05, 2048, 8192), (0x05, 12288, 4096)],
    ] as [[(UInt8, UInt32, UInt32)]] {
      try scratch.patch(image, at: 0, mbr(entries))
      #expect(kind(image) != nil, "\(entries)")
    }
  }

  @Test("an extended partition that points at itself ends")
  func extendedLoop() throws {
    let scratch = try #require(scratch)
    let image = try scratch.sparse("disk.raw", mebibytes: 16)
    try scratch.patch(image, at: 0, mbr([(0x05, 2048, 20480)]))
    try scratch.patch(image, at: 1 << 20, mbr([(0x83, 2048, 2048), (0x05, 0, 20480)]))
    _ = kind(image)
  }

  @Test(
    "tables overwritten with noise give a table or an error, never a crash or a partition outside the disk",
    arguments: ["dos", "gpt"])
  func noise(_ label: String) throws {
    let scratch = try #require(scratch)
    let image = try disk("label: \(label)\nstart=2048,size=20480\nstart=24576,size=20480\n")
    let original = try FileDescriptor.open(image, .readOnly)
    defer { try? original.close() }
    var clean = [UInt8](repeating: 0, count: 17_408)
    _ = try clean.withUnsafeMutableBytes { try original.read(fromAbsoluteOffset: 0, into: $0) }
    var random = SplitMix(state: 99)
    for _ in 0..<150 {
      var bytes = clean
      for _ in 0..<Int(random.next() % 6 + 1) {
        let place = label == "dos" ? 440 + Int(random.next() % 72) : Int(random.next() % 1600)
        bytes[place] = UInt8(truncatingIfNeeded: random.next())
      }
      try scratch.patch(image, at: 0, bytes)
      do {
        for partition in try PartitionTable.read(image).partitions {
          #expect(partition.extent.offset >= 0 && partition.extent.end <= 64 << 20)
        }
      } catch { #expect(error is DiskImageError) }
    }
  }

  @Test("many readers at once get the same answer")
  func parallel() async throws {
    let image = try disk("label: gpt\nstart=2048,size=20480\nstart=24576,size=20480\n")
    let expected = try PartitionTable.read(image)
    try await withThrowingTaskGroup(of: PartitionTable.self) { group in
      for _ in 0..<40 { group.addTask { try PartitionTable.read(image) } }
      for try await table in group { #expect(table == expected) }
    }
  }
}
