import DiskImages
import Glibc
import Model
import SystemPackage
import Testing

@Suite(
  "zeroing free space",
  .enabled(if: Tool.has("mke2fs", "e2fsck", "zerofree", "sfdisk"), "needs e2fsprogs, zerofree and fdisk"))
struct ZeroingTests {
  /// Removes most of the tree after noise was written into a good part of the free blocks.
  private func used(_ variant: Variant) throws -> TestDisk {
    let disk = try TestDisk(variant)
    try disk.change { files in
      try files.writeFile(ImagePath("/noise"), [UInt8](repeating: 0x4E, count: 2 << 20))
      try files.remove(ImagePath("/noise"))
      try files.remove(ImagePath("/var/log/installer"))
    }
    return disk
  }

  private func requireZero(_ disk: TestDisk) throws {
    let scratch = try #require(disk.scratch)
    let partition = scratch.path("partition.raw")
    try SparseFile.extract(disk.extent, of: disk.image, to: partition)
    let verdict = try Tool.need("zerofree", ["-n", "-v", partition.string])
    // Progress, then blocks to zero / free / all.
    #expect(verdict.split(whereSeparator: \.isWhitespace).last?.hasPrefix("0/") == true)
    let file = try FileDescriptor.open(disk.image, .readOnly)
    defer { try? file.close() }
    let files = try disk.open(.readOnly)
    var runs = try files.journalLog()
    try files.forEachFreeInodeRun { runs.append($0) }
    for run in runs {
      var bytes = [UInt8](repeating: 1, count: Int(run.length))
      let got = try bytes.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: run.offset, into: $0) }
      #expect(got == bytes.count && memcmp(bytes, [UInt8](repeating: 0, count: bytes.count), bytes.count) == 0)
    }
  }

  @Test(
    "afterwards zerofree finds nothing, e2fsck finds nothing, free inodes and the log read as zero",
    arguments: Variant.all)
  func everything(_ variant: Variant) throws {
    let disk = try used(variant)
    let report = try FreeSpaceZeroing.zero(image: disk.image, partition: disk.extent)
    #expect(!report.wroteZeros && report.freeBlocks > 0 && report.freeInodes > 0)
    #expect(report.after.allocated < report.before.allocated && report.after.apparent == report.before.apparent)
    #expect((report.journal > 0) == !variant.options.contains("ext2"))
    try disk.requireClean()
    try requireZero(disk)
    #expect(try disk.open(.readOnly).readFile(ImagePath("/usr/bin/tool"), limit: 1 << 20).count == 300_000)
    // The journal still works: the file system can be changed and checked again.
    try disk.change { try $0.writeFile(ImagePath("/after"), Array("x".utf8)) }
  }

  @Test("where holes cannot be punched zeros are written, and only over data")
  func written() throws {
    let disk = try used(.plain)
    let report = try FreeSpaceZeroing.zero(image: disk.image, partition: disk.extent, method: .writeZeros)
    #expect(report.wroteZeros && report.after.allocated <= report.before.allocated)
    try disk.requireClean()
    try requireZero(disk)
  }

  @Test("swap and space outside the partitions go too, boot loader and tables stay", arguments: ["dos", "gpt"])
  func wholeDisk(_ label: String) throws {
    let scratch = try Scratch()
    let image = try scratch.sparse("disk.raw", mebibytes: 40)
    let noise = [UInt8](repeating: 0x5A, count: 1 << 20)
    for mebibyte in 0..<40 { try scratch.patch(image, at: Int64(mebibyte) << 20, noise) }
    try scratch.patch(image, at: 0, [UInt8](repeating: 0, count: 34 * 512))
    try TestDisk.sfdisk(scratch, image, "label: \(label)\nstart=4096,size=32768\nstart=40960,size=16384\n")
    let root = ImageExtent(offset: 2 << 20, length: 16 << 20)
    try TestDisk.mkfs(image, root, ["-t", "ext4"])
    try TestDisk.mkswap(scratch, image, at: 20 << 20)
    let before = try PartitionTable.read(image)
    let report = try FreeSpaceZeroing.zero(image: image, table: before)
    #expect(report.swap == (8 << 20) - 4096)
    #expect(report.unpartitioned == (label == "gpt" ? 13 << 20 : 14 << 20))
    #expect(try PartitionTable.read(image) == before)
    let bytes = try scratch.read(image)
    // The MiB before the first partition is the boot loader's.
    #expect(memcmp(Array(bytes[(1 << 20)..<(2 << 20)]), noise, noise.count) == 0)
    #expect(bytes[(30 << 20)] == 0 && bytes[(18 << 20) + 7] == 0)
    #expect(try Tool.run("e2fsck", ["-fn", "\(image)?offset=\(root.offset)"]).status == 0)
    if label == "gpt" { #expect(try Tool.need("sfdisk", ["-V", image.string]).contains("No errors")) }
  }

  @Test("a suspended system in the swap area is left alone")
  func suspended() throws {
    let scratch = try Scratch()
    let image = try scratch.sparse("disk.raw", mebibytes: 16)
    try TestDisk.sfdisk(scratch, image, "label: dos\nstart=2048,size=16384,type=82\n")
    try TestDisk.mkswap(scratch, image, at: 1 << 20)
    try scratch.patch(image, at: (1 << 20) + 4086, Array("S1SUSPEND\0".utf8))
    try scratch.patch(image, at: 3 << 20, [1, 2, 3])
    #expect(try FreeSpaceZeroing.zero(image: image, table: PartitionTable.read(image)).swap == 0)
    #expect(try scratch.read(image)[3 << 20] == 1)
  }

  @Test("a file system that has the mark of swap, too, is no swap")
  func ambiguous() throws {
    let disk = try TestDisk()
    try TestDisk.mkswap(#require(disk.scratch), disk.image, at: disk.extent.offset)
    try disk.requireClean()
    let table = try PartitionTable.read(disk.image)
    #expect(table.partitions.map(\.fileSystem) == ["ext4"])
    #expect(try FreeSpaceZeroing.zero(image: disk.image, table: table).swap == 0)
    try disk.requireClean()
  }

  @Test("a run outside the file is refused, a symlink to a device too")
  func outside() throws {
    let scratch = try Scratch()
    let image = try scratch.sparse("disk.raw", mebibytes: 1)
    var puncher = try HolePuncher(image)
    #expect(throws: DiskImageError.self) { try puncher.punch(ImageExtent(offset: 1 << 19, length: 1 << 20)) }
    #expect(throws: DiskImageError.self) { try puncher.punch(ImageExtent(offset: -1, length: 1)) }
    symlink("/dev/null", scratch.path("link").string)
    #expect { _ = try HolePuncher(scratch.path("link")) } throws: { ($0 as? DiskImageError)?.kind == .wrongType }
  }
}
