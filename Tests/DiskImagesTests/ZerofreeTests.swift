import DiskImages
import Model
import SystemPackage
import Testing

/// The real zerofree has the last word about every layout of an ext file system that free space can lie in.
@Suite(
  "zerofree afterwards",
  .enabled(if: Tool.has("mke2fs", "e2fsck", "debugfs", "zerofree", "sfdisk"), "needs e2fsprogs, zerofree and fdisk"))
struct ZerofreeTests {
  static let layouts = [
    Variant("ext2", ["-t", "ext2"]),
    Variant("ext3", ["-t", "ext3"]),
    Variant("ext4, 64 bit", ["-t", "ext4", "-O", "64bit"]),
    Variant("ext4, flexible groups", ["-t", "ext4", "-b", "1024", "-O", "flex_bg", "-G", "4", "-g", "2048"]),
    Variant("ext4, meta groups", ["-t", "ext4", "-b", "1024", "-O", "meta_bg,^resize_inode", "-g", "1024"]),
    Variant("ext4, uninitialised groups", ["-t", "ext4", "-g", "2048", "-O", "^metadata_csum,uninit_bg"]),
    Variant("ext4, lazy tables and journal", ["-t", "ext4", "-E", "lazy_itable_init=1,lazy_journal_init=1"]),
    Variant("ext4, clusters", ["-t", "ext4", "-O", "bigalloc", "-C", "65536"]),
    Variant("ext4, clusters, 1k blocks", ["-t", "ext4", "-b", "1024", "-O", "bigalloc", "-C", "16384"]),
    Variant("ext4, inline data", ["-t", "ext4", "-b", "1024", "-I", "256", "-O", "inline_data"]),
    Variant("ext4, attributes in inodes of their own", ["-t", "ext4", "-O", "ea_inode"]),
    Variant("ext4, encryption, case folding", ["-t", "ext4", "-O", "encrypt,casefold"]),
    Variant("ext4, two backups, orphan file", ["-t", "ext4", "-O", "sparse_super2,orphan_file"]),
    Variant("ext4, 64k blocks", ["-t", "ext4", "-b", "65536"]),
    Variant("ext2, revision 0", ["-t", "ext2", "-r", "0"]),
    Variant("ext4, 1k blocks, 128-byte inodes", ["-t", "ext4", "-b", "1024", "-I", "128"]),
  ]

  /// What zerofree would have to zero.
  private func left(_ disk: TestDisk, _ name: String) throws -> Int {
    let partition = try #require(disk.scratch).path(name)
    try SparseFile.extract(disk.extent, of: disk.image, to: partition)
    let said = try Tool.need("zerofree", ["-n", "-v", partition.string])
    // Progress, then blocks to zero / free / all.
    let numbers = try #require(said.split(whereSeparator: \.isWhitespace).last).split(separator: "/")
    try #require(numbers.count == 3, "\(said.suffix(200))")
    return try #require(Int(numbers[0]))
  }

  private func options(_ layout: Variant) -> [String] {
    // What is free keeps its noise.
    var options = layout.options
    if let place = options.firstIndex(of: "-E") {
      options[place + 1] += ",nodiscard"
    } else {
      options += ["-E", "nodiscard"]
    }
    return options
  }

  @Test("0 blocks are left to zero where all that is free held something, and e2fsck finds nothing", arguments: layouts)
  func nothing(_ layout: Variant) throws {
    let disk = try TestDisk(Variant(layout.testDescription, options(layout)), noise: true)
    try disk.requireClean()
    #expect(try left(disk, "before") > 500)
    _ = try FreeSpaceZeroing.zero(image: disk.image, partition: disk.extent)
    #expect(try left(disk, "after") == 0)
    try disk.requireClean()
    #expect(try disk.open(.readOnly).readFile(ImagePath("/usr/bin/tool"), limit: 1 << 20).count == 300_000)
  }

  @Test("a journal that was used and replayed is empty space, too", arguments: ["ext3", "ext4"])
  func journal(_ kind: String) async throws {
    let disk = try TestDisk(Variant(kind, ["-t", kind, "-E", "nodiscard"]), noise: true)
    let scratch = try #require(disk.scratch)
    let block = try disk.debugfs("bmap /etc/machine-id 0").split(separator: "\n")[0]
    let size = Int(try disk.open(.readOnly).blockSize)
    let fresh = try scratch.write("block", [UInt8](repeating: 0x66, count: size))
    try disk.edit("jo", "jw -b \(block) \(fresh)", "jc")
    #expect(try await JournalReplay.run(disk.image, in: disk.extent, run: Tool.runner) == .replayed)
    let report = try FreeSpaceZeroing.zero(image: disk.image, partition: disk.extent)
    #expect(report.journal > 1 << 20)
    #expect(try left(disk, "after") == 0)
    let log = try disk.open(.readOnly).journalLog()
    let bytes = try scratch.read(disk.image)
    for run in log { #expect(!bytes[Int(run.offset)..<Int(run.end)].contains { $0 != 0 }) }
    try disk.requireClean()
  }
}
