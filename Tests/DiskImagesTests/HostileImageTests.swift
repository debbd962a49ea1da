import DiskImages
import Glibc
import Model
import SystemPackage
import Testing

/// What a guest could do to its disk: always a `DiskImageError`, never a crash, never an endless loop.
@Suite("hostile images", .enabled(if: Tool.has("mke2fs", "e2fsck", "debugfs", "sfdisk"), "needs e2fsprogs and fdisk"))
struct HostileImageTests {
  /// Opens, walks, reads, removes; any error has to be a `DiskImageError`.
  private func exercise(_ disk: TestDisk) {
    for mode in [Ext4FileSystem.Mode.readOnly, .readWrite] {
      do {
        let files = try disk.open(mode)
        _ = try? files.osRelease()
        try files.walk(.root, limit: 20_000) { path, status in
          if status.kind == .file { _ = try? files.readFile(path, limit: 1 << 16) }
        }
        try files.forEachFreeRun { _ in }
        try files.forEachFreeInodeRun { _ in }
        _ = try files.journalLog()
        if mode == .readWrite {
          try files.remove(ImagePath("/var/log"))
          try files.writeFile(ImagePath("/etc/machine-id"), [])
          try files.close()
        }
      } catch {
        #expect(error is DiskImageError)
      }
    }
  }

  @Test(
    "a superblock with absurd sizes is refused",
    arguments: [
      // offset in the superblock, bytes: inode count, block count, block size, blocks per group, inodes per group, inode size, magic
      (0x00, [0xFF, 0xFF, 0xFF, 0xFF]), (0x04, [0xFF, 0xFF, 0xFF, 0x7F]), (0x18, [0xFF, 0, 0, 0]),
      (0x20, [0, 0, 0, 0]), (0x28, [0, 0, 0, 0]), (0x28, [0xFF, 0xFF, 0xFF, 0xFF]), (0x58, [3, 0]), (0x38, [0, 0]),
      (0xFE, [1, 0]), (0x150, [0xFF, 0xFF, 0xFF, 0x7F]), (0x60, [0xFF, 0xFF, 0xFF, 0xFF]),
    ] as [(Int64, [UInt8])])
  func superblock(_ patch: (offset: Int64, bytes: [UInt8])) throws {
    let disk = try TestDisk()
    try #require(disk.scratch).patch(disk.image, at: disk.extent.offset + 1024 + patch.offset, patch.bytes)
    #expect(throws: DiskImageError.self) { _ = try disk.open() }
  }

  @Test("metadata overwritten with noise gives errors, no crash", arguments: 0..<24)
  func noise(_ seed: Int) throws {
    let variant = Variant.all[seed % Variant.all.count]
    let disk = try TestDisk(variant)
    var random = SplitMix(state: UInt64(seed + 1))
    for _ in 0..<(1 + seed * 4) {
      // The first blocks: group descriptors, bitmaps, inode tables, folders; never the superblock itself.
      let position = Int64(random.next() % (600 << 10)) + 4096
      try #require(disk.scratch).patch(
        disk.image, at: disk.extent.offset + position, (0..<16).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }
    exercise(disk)
  }

  @Test("a size of many petabytes in an inode is not believed")
  func hugeSize() throws {
    let disk = try TestDisk()
    try disk.edit("sif /etc/machine-id size 0x7ffffffffffff", "sif /etc/os-release size 0x7ffffffffffff")
    let files = try disk.open(.readOnly)
    #expect { try files.readFile(ImagePath("/etc/machine-id"), limit: 1 << 20) } throws: {
      ($0 as? DiskImageError)?.kind == .tooLarge
    }
    exercise(disk)
  }

  @Test("a broken extent tree, a folder without blocks and a name of a reserved inode are errors")
  func structures() throws {
    let disk = try TestDisk()
    try disk.edit(
      "sif /usr/bin/tool block[0] 0xdeadbeef", "sif /etc block[1] 0x01010101", "cd /var/log", "link <8> journal",
      "link <999999> far")
    exercise(disk)
    let files = try disk.open()
    #expect { try files.remove(ImagePath("/var/log/journal")) } throws: { ($0 as? DiskImageError)?.kind == .corrupt }
    #expect(throws: DiskImageError.self) { try files.writeFile(ImagePath("/var/log/journal"), []) }
  }

  @Test("inline data of 60,000 bytes, in an inode of its own, is not copied anywhere")
  func inlineData() throws {
    let features = "inline_data,ea_inode,^metadata_csum"
    let disk = try TestDisk(
      Variant("inline", ["-t", "ext4", "-b", "4096", "-I", "256", "-O", features]), mebibytes: 16)
    let scratch = try #require(disk.scratch)
    let value = try scratch.write("value", [UInt8](repeating: 0x41, count: 4096))
    try disk.edit("ea_set -f \(value) /usr/bin/tool user.data", "sif /usr/bin/tool flags 0x10000000")
    let bytes = try Array(scratch.read(disk.image)[..<(3 << 20)])
    // Length of the name, name space 1 (user), offset, inode of the value, its size, its hash, name.
    let name = Array("data".utf8)
    let found = stride(from: 0, to: bytes.count - 20, by: 4).first { start in
      guard bytes[start] == 4, bytes[start + 1] == 1, bytes[start + 4] != 0 else { return false }
      return Array(bytes[start + 16..<start + 20]) == name
    }
    let entry = try #require(found)
    // Name space 7 (system), 60,000 bytes, no hash.
    try scratch.patch(disk.image, at: Int64(entry) + 1, [7])
    try scratch.patch(disk.image, at: Int64(entry) + 8, [0x60, 0xEA, 0, 0, 0, 0, 0, 0])
    try disk.edit("sif <\(bytes[entry + 4])> size 60000")
    #expect(try disk.debugfs("ea_list /usr/bin/tool").contains("system.data (60000)"))
    let files = try disk.open(.readOnly)
    #expect { try files.readFile(ImagePath("/usr/bin/tool"), limit: 1 << 20) } throws: {
      ($0 as? DiskImageError)?.kind == .corrupt
    }
    exercise(disk)
  }

  @Test("numbers that cannot be added up are not believed: free blocks, blocks and sizes of files")
  func numbers() throws {
    let disk = try TestDisk(Variant("large", ["-t", "ext4", "-b", "65536", "-O", "64bit,huge_file,^metadata_csum"]))
    // EXT4_HUGE_FILE_FL: blocks are counted in those of the file system.
    for path in ["/etc/machine-id", "/usr/bin/tool"] {
      try disk.edit(
        "sif \(path) flags 0xc0000", "sif \(path) blocks 0xffffffffffff", "sif \(path) size 0xffffffffffffffff")
    }
    try #require(disk.scratch).patch(
      disk.image, at: disk.extent.offset + 1024 + 0x158, [UInt8](repeating: 255, count: 4))
    let inspection = try DiskInspection(disk.image)
    #expect((inspection.volumes.first?.used?.bytes ?? -1) >= 0)
    let files = try disk.open(.readOnly)
    #expect(files.freeBytes <= disk.extent.length)
    let looked = try files.status(ImagePath("/etc/machine-id"))
    let status = try #require(looked)
    #expect((0...1 << 48).contains(status.size) && (0...1 << 48).contains(status.allocated))
    exercise(disk)
  }

  @Test("a file system that is larger than its partition is refused")
  func tooLarge() throws {
    let disk = try TestDisk()
    let smaller = ImageExtent(offset: disk.extent.offset, length: disk.extent.length / 2)
    #expect { _ = try Ext4FileSystem.open(image: disk.image, extent: smaller, mode: .readOnly) } throws: {
      ($0 as? DiskImageError)?.kind == .corrupt
    }
    try #require(truncate(disk.image.string, 20 << 20) == 0)
    #expect { _ = try disk.open(.readOnly) } throws: { ($0 as? DiskImageError)?.kind == .corrupt }
  }

  @Test("the errors' texts hold no control character")
  func printable() throws {
    let disk = try TestDisk { scratch in try scratch.write("root/etc/a\u{1B}[2J\n", "x") }
    let files = try disk.open()
    do {
      try files.makeFolder(ImagePath("/etc/a\u{1B}[2J\n"))
      Issue.record("the folder was made")
    } catch {
      #expect("\(error)".unicodeScalars.allSatisfy { $0.value >= 0x20 })
    }
  }
}

/// A small repeatable generator (SplitMix64).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
