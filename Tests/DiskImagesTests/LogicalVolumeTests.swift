import DiskImages
import FactoryTestSupport
import Foundation
import Glibc
import Model
import SystemPackage
import Testing

@Suite("logical volumes", .enabled(if: Tool.has("sfdisk", "mke2fs", "e2fsck"), "needs fdisk and e2fsprogs"))
struct LogicalVolumeTests {
  private let scratch = try? Scratch()
  private static let physical = ImageExtent(offset: 1 << 20, length: 62 << 20)

  private func volume(_ text: String, wrapped: Bool = false) -> [UInt8] {
    HandMadeVolume.physical(text, size: LogicalVolumeTests.physical.length, wrapped: wrapped)
  }

  /// Two volumes in one run each, one in two pieces, one striped.
  private let text = HandMadeVolume.text(
    volumes: HandMadeVolume.plain("swap", 0, 2) + """
      root { id = "000000-0000-0000-0000-0000-0000-000003" status = ["READ", "WRITE", "VISIBLE"] flags = [] segment_count = 2
      segment1 { start_extent = 0 extent_count = 4 type = "striped" stripe_count = 1 stripes = ["pv0", 2] }
      segment2 { start_extent = 4 extent_count = 3 type = "striped" stripe_count = 1 stripes = ["pv0", 6] } }
      pieces { id = "000000-0000-0000-0000-0000-0000-000004" status = ["READ", "WRITE", "VISIBLE"] flags = [] segment_count = 2
      segment1 { start_extent = 0 extent_count = 1 type = "striped" stripe_count = 1 stripes = ["pv0", 9] }
      segment2 { start_extent = 1 extent_count = 1 type = "striped" stripe_count = 1 stripes = ["pv0", 11] } }

      """ + HandMadeVolume.plain("beyond", 9, 9000))

  private func disk(_ start: [UInt8]) throws -> FilePath {
    let scratch = try #require(scratch)
    let image = try scratch.sparse("disk.raw", mebibytes: 64)
    try TestDisk.sfdisk(scratch, image, "label: dos\nstart=2048,size=126976,type=8e\n")
    try scratch.patch(image, at: LogicalVolumeTests.physical.offset, start)
    return image
  }

  @Test("volumes in one run are found with their place, others by name only", arguments: [false, true])
  func found(_ wrapped: Bool) throws {
    let image = try disk(volume(text, wrapped: wrapped))
    let partition = try #require(PartitionTable.read(image).partitions.first)
    #expect(
      partition.content == .lvm
        && partition.volumes.map(\.name) == ["vg0/beyond", "vg0/pieces", "vg0/root", "vg0/swap"])
    #expect(partition.volumes.map(\.size) == [.mebibytes(36_000), .mebibytes(8), .mebibytes(28), .mebibytes(8)])
    #expect(
      partition.volumes.map(\.extent) == [
        nil, nil, ImageExtent(offset: 10 << 20, length: 28 << 20), ImageExtent(offset: 2 << 20, length: 8 << 20),
      ])
  }

  @Test("pvck reads the hand-made volume as we do", .enabled(if: Tool.isInstalled("pvck"), "needs lvm2"))
  func oracle() throws {
    let file = try #require(scratch).write("pv", volume(text) + [UInt8](repeating: 0, count: 61 << 20))
    #expect(try Tool.need("pvck", ["--dump", "metadata", file.string]).contains("vg0"))
  }

  @Test("the root file system in a logical volume is found, changed, checked and zeroed")
  func root() async throws {
    let scratch = try #require(scratch)
    let image = try disk(volume(text))
    let place = ImageExtent(offset: 10 << 20, length: 28 << 20)
    try TestDisk.tree(scratch)
    try TestDisk.mkfs(image, place, ["-t", "ext4", "-d", scratch.path("root").string])
    try TestDisk.mkswap(scratch, image, at: 2 << 20)
    let table = try PartitionTable.read(image)
    #expect(table.summary.contains("vg0/root ext4, vg0/swap swap"))
    let root = try RootPartition.find(in: image, table, policy: .exactlyOne)
    #expect(root.extent == place && root.volume?.name == "vg0/root")
    let files = try Ext4FileSystem.open(image: image, extent: root.extent, mode: .readWrite)
    try files.remove(ImagePath("/var/log/installer"))
    try files.close()
    let report = try FreeSpaceZeroing.zero(image: image, table: table)
    #expect(report.freeBlocks > 0 && report.swap == (8 << 20) - 4096)
    try await FileSystemCheck.check(image, in: root.extent, run: Tool.runner)
    #expect(try PartitionTable.read(image) == table)
  }

  @Test("damaged metadata is a warning of the table and no volume", arguments: 0..<40)
  func damaged(_ seed: Int) throws {
    var bytes = volume(text)
    var random = SplitMix(state: UInt64(seed))
    for _ in 0..<3 {
      bytes[512 + Int(random.next() % (seed % 2 == 0 ? 200 : 7000))] ^= UInt8(truncatingIfNeeded: random.next() | 1)
    }
    let table = try PartitionTable.read(disk(bytes))
    #expect(table.partitions.count == 1)
  }

  @Test("volumes that overlap are an error, by whole extents or with one that is in pieces")
  func overlapping() throws {
    for other in [
      HandMadeVolume.plain("other", 8, 1), HandMadeVolume.plain("other", 0, 15),
      HandMadeVolume.plain("other", 11, 2), HandMadeVolume.plain("other", 2, 7),
    ] {
      let changed = text.replacing("logical_volumes {", with: "logical_volumes {\n" + other)
      #expect { try PartitionTable.read(disk(volume(changed))) } throws: {
        ($0 as? DiskImageError)?.kind == .invalidPartitionTable && "\($0)".contains("'vg0/other'")
          && "\($0)".contains("overlap")
      }
    }
    let apart = text.replacing("logical_volumes {", with: "logical_volumes {\n" + HandMadeVolume.plain("other", 12, 2))
    #expect(try PartitionTable.read(disk(volume(apart))).partitions.first?.volumes.count == 5)
  }

  @Test("what only LVM itself may write is named and not opened: hidden volumes, and what a snapshot is taken of")
  func hidden() throws {
    let snapshot = """
      snapshot0 { status = ["READ", "WRITE"] segment_count = 1
      segment1 { start_extent = 0 extent_count = 7 type = "snapshot" origin = "root" cow_store = "swap" } }

      """
    for changed in [
      text.replacing("logical_volumes {", with: "logical_volumes {\n" + snapshot),
      text.replacing(#"000003" status = ["READ", "WRITE", "VISIBLE"]"#, with: #"000003" status = ["READ", "WRITE"]"#),
    ] {
      #expect(changed != text)
      let volumes = try #require(PartitionTable.read(disk(volume(changed))).partitions.first).volumes
      let root = try #require(volumes.first { $0.name == "vg0/root" })
      #expect(root.extent == nil && root.content == nil && root.size == .mebibytes(28))
      #expect(volumes.first { $0.name == "vg0/swap" }?.extent != nil)
    }
  }

  @Test("hostile text with a right checksum gives no place outside the physical volume")
  func hostile() throws {
    for (old, new) in [
      ("extent_size = 8192", "extent_size = 0"), ("extent_size = 8192", "extent_size = 9223372036854775807"),
      ("pe_start = 2048", "pe_start = -1"), ("pe_start = 2048", "pe_start = 99999999999"),
      ("segment_count = 1", "segment_count = 99999999999"), ("extent_count = 2", "extent_count = 9223372036854775807"),
      ("[\"pv0\", 0]", "[\"pv0\", -5]"), ("[\"pv0\", 0]", "[\"pv0\", 9223372036854775807]"),
      ("vg0 {", "vg0 { a { b {{{{"),
      ("seqno = 4", "seqno = [[[["), ("version = 1", "version = \""),
      ("# Generated", "x { x { x { x { x { x { x { x { x { x {"),
    ] {
      var changed = text
      if let range = changed.range(of: old) { changed.replaceSubrange(range, with: new) }
      #expect(changed != text)
      for volume in try PartitionTable.read(disk(volume(changed))).partitions.flatMap(\.volumes) {
        guard let extent = volume.extent else { continue }
        #expect(extent.offset >= 1 << 20 && extent.end <= 63 << 20)
      }
    }
  }
}
