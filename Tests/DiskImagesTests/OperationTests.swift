import DiskImages
import Glibc
import SystemPackage
import Testing

/// Every call that changes a file system, one after another on every layout, and what e2fsck and zerofree say after each.
@Suite(
  "operations, one by one",
  .enabled(if: Tool.has("mke2fs", "e2fsck", "debugfs", "zerofree", "sfdisk"), "needs e2fsprogs, zerofree and fdisk"))
struct OperationTests {
  static let layouts =
    Variant.all + [
      Variant("ext4, clusters", ["-t", "ext4", "-O", "bigalloc", "-C", "65536"]),
      Variant("ext4, clusters, 1k blocks", ["-t", "ext4", "-b", "1024", "-O", "bigalloc", "-C", "16384"]),
      Variant("ext4, meta groups", ["-t", "ext4", "-b", "1024", "-O", "meta_bg,^resize_inode", "-g", "1024"]),
      Variant("ext4, flexible groups", ["-t", "ext4", "-b", "1024", "-O", "flex_bg", "-G", "4", "-g", "2048"]),
      Variant("ext4, 2k blocks, large inodes", ["-t", "ext4", "-b", "2048", "-I", "1024"]),
      Variant("ext4, 64k blocks", ["-t", "ext4", "-b", "65536"]),
      Variant("ext4, no folder index", ["-t", "ext4", "-O", "^dir_index"]),
      Variant("ext4, large folders, two backups", ["-t", "ext4", "-O", "large_dir,sparse_super2"]),
      Variant("ext4, fast commits, verity", ["-t", "ext4", "-O", "fast_commit,verity,stable_inodes"]),
      Variant("ext3, 4k blocks", ["-t", "ext3", "-b", "4096"]),
      Variant("ext2, 1k blocks", ["-t", "ext2", "-b", "1024"]),
    ]

  struct Operation: Sendable {
    var name: String
    var run: @Sendable (borrowing Ext4FileSystem) throws -> Void

    init(_ name: String, _ run: @escaping @Sendable (borrowing Ext4FileSystem) throws -> Void) {
      (self.name, self.run) = (name, run)
    }
  }

  private static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 2) } }
  private static let logs = "/var/log/installer"

  private static let attributes = [
    Operation("a small attribute") {
      try $0.setAttribute("security.selinux", of: ImagePath("/etc"), to: Array("system_u:object_r:etc_t:s0\0".utf8))
    },
    Operation("a large attribute") {
      try $0.setAttribute("user.big", of: ImagePath("/usr/bin/tool"), to: bytes(400))
      try $0.setAttribute("user.big", of: ImagePath("/usr"), to: bytes(300))
    },
    Operation("another value of an attribute") {
      try $0.setAttribute("user.big", of: ImagePath("/usr/bin/tool"), to: bytes(20))
    },
  ]

  private static let operations = [
    Operation("a new file") { try $0.writeFile(ImagePath("/etc/new"), bytes(10)) },
    Operation("a new long file") { try $0.writeFile(ImagePath("/etc/long"), bytes(300_001)) },
    Operation("a longer file") { try $0.writeFile(ImagePath("/etc/machine-id"), bytes(70_000)) },
    Operation("a shorter file") { try $0.writeFile(ImagePath("/usr/bin/tool"), bytes(100)) },
    Operation("a file over holes") { try $0.writeFile(ImagePath("\(logs)/sparse"), bytes(40_000)) },
    Operation("an empty file") { try $0.truncate(ImagePath("/etc/machine-id")) },
    Operation("a file cut within a block") { try $0.truncate(ImagePath("/etc/long"), to: 123_457) },
    Operation("a file with a deep tree cut") { try $0.truncate(ImagePath("/usr/pieces"), to: 5_000_001) },
    Operation("a file with a deep tree removed") { try $0.remove(ImagePath("/usr/pieces")) },
    Operation("folders with their parents") { try $0.makeFolder(ImagePath("/srv/one/two/three")) },
    Operation("a short symlink") { try $0.makeSymlink(ImagePath("/srv/short"), to: "x") },
    Operation("a long symlink") {
      try $0.makeSymlink(ImagePath("/srv/long"), to: String(repeating: "y", count: 900))
    },
    Operation("200 names") { files in
      for number in 0..<200 { try files.writeFile(ImagePath("/srv/a-name-that-is-long-\(number)"), []) }
    },
    Operation("a file removed") { try $0.remove(ImagePath("/etc/long")) },
    Operation("a symlink removed") { try $0.remove(ImagePath("\(logs)/long-link")) },
    Operation("one of two names removed") { try $0.remove(ImagePath("\(logs)/hard-link-out")) },
    Operation("a fifo removed") { try $0.remove(ImagePath("\(logs)/fifo")) },
    Operation("owner and mode") {
      try $0.setAttributes(ImagePath("/srv"), Ext4Attributes(permissions: 0o700, owner: 70_000, group: 70_001))
    },
    Operation("what is in a folder removed") { try $0.removeContents(of: ImagePath("/srv")) },
    Operation("a folder removed") { try $0.remove(ImagePath(logs)) },
    Operation("what has attributes removed") { try $0.remove(ImagePath("/usr")) },
  ]

  @Test("e2fsck finds nothing after each of them, and zerofree nothing to zero at the end", arguments: layouts)
  func oneByOne(_ layout: Variant) throws {
    let disk = try TestDisk(layout, mebibytes: 64) { scratch in
      try TestDisk.tree(scratch)
      // Every other block is a hole: a tree of more than one level, or indirect blocks of three.
      let path = try scratch.write("root/usr/pieces", [])
      let file = try FileDescriptor.open(path, .writeOnly)
      defer { try? file.close() }
      let block = [UInt8](repeating: 0x50, count: 4096)
      for number in 0..<1200 { _ = try file.writeAll(toAbsoluteOffset: Int64(number) * 8192, block) }
    }
    try disk.requireClean()
    // Revision 0 has no attributes.
    let attributes = layout.options.contains("-r") ? [] : Self.attributes
    for operation in attributes + Self.operations {
      let files = try disk.open()
      do {
        try operation.run(files)
        try files.close()
      } catch {
        Issue.record("\(operation.name): \(error)")
        continue
      }
      let check = try Tool.run("e2fsck", ["-fn", "\(disk.image)?offset=\(disk.extent.offset)"])
      try #require(check.status == 0, "\(operation.name): \(check.output)")
    }
    _ = try FreeSpaceZeroing.zero(image: disk.image, partition: disk.extent)
    try disk.requireClean()
    let partition = try #require(disk.scratch).path("partition.raw")
    try SparseFile.extract(disk.extent, of: disk.image, to: partition)
    let said = try Tool.need("zerofree", ["-n", "-v", partition.string])
    #expect(said.split(whereSeparator: \.isWhitespace).last?.hasPrefix("0/") == true, "\(said.suffix(60))")
  }

  @Test("a tree of 65,536 levels goes without a trace; looking at it ends with an error, not with the stack")
  func deep() throws {
    let disk = try TestDisk(Variant("deep", ["-t", "ext4", "-I", "128", "-b", "1024", "-N", "70000"]), mebibytes: 112)
    let levels = 65_536
    try disk.edit("cd /var/log", String(repeating: "mkdir d\ncd d\n", count: levels))
    #expect { try disk.open(.readOnly).walk(ImagePath("/var")) { _, _ in } } throws: {
      ($0 as? DiskImageError)?.kind == .tooLarge
    }
    let system = try GuestSystem(
      disk.image, PartitionTable.read(disk.image), root: RootPartition.find(in: disk.image, .read(disk.image)))
    #expect { try GuestFiles(system).walk(ImagePath("/")) { _, _ in } } throws: {
      ($0 as? DiskImageError)?.kind == .tooLarge
    }
    #expect(throws: DiskImageError.self) {
      try TarArchive.write(rootOf: disk.image, to: #require(disk.scratch).path("root.tar"))
    }
    let removed = try disk.change { try $0.remove(ImagePath("/var/log/d")).names }
    #expect(removed == levels)
  }
}
