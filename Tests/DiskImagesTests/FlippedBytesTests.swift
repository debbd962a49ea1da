import DiskImages
import Glibc
import SystemPackage
import Testing

/// Random damage where a file system keeps its own data, and everything that a build does with such a disk.
///
/// No checksums in the file systems, so that the damage reaches the code behind them. Each run is a process of its own with a time
/// limit: a crash or an endless loop is a failed test and not the end of all of them.
@Suite(
  "flipped bytes", .enabled(if: Tool.has("mke2fs", "e2fsck", "debugfs", "sfdisk"), "needs e2fsprogs and fdisk"))
struct FlippedBytesTests {
  static let layouts = [
    Variant("ext4", ["-t", "ext4", "-b", "1024", "-O", "^metadata_csum,^64bit"]),
    Variant("ext4, 64 bit", ["-t", "ext4", "-b", "4096", "-O", "^metadata_csum,64bit"]),
    Variant("ext4, inline data", ["-t", "ext4", "-b", "1024", "-I", "256", "-O", "^metadata_csum,inline_data"]),
    Variant("ext4, clusters", ["-t", "ext4", "-b", "1024", "-O", "^metadata_csum,bigalloc", "-C", "16384"]),
    Variant("ext4, meta groups", ["-t", "ext4", "-b", "1024", "-O", "^metadata_csum,meta_bg,^resize_inode"]),
    Variant("ext3", ["-t", "ext3", "-b", "1024"]),
  ]

  @Test("no crash, no endless loop, not a byte outside of the file system", arguments: layouts.indices)
  func rounds(_ layout: Int) async {
    await #expect(processExitsWith: .success) { [layout] in
      alarm(120)
      let disk = try FragileDisk(FlippedBytesTests.layouts[layout])
      for round in 0..<50 { try await disk.round(layout * 1000 + round) }
    }
  }

  @Test("no field of the superblock ends the process, whatever it says", arguments: [1])
  func superblock(_ layout: Int) async {
    await #expect(processExitsWith: .success) { [layout] in
      alarm(240)
      let disk = try FragileDisk(FlippedBytesTests.layouts[layout])
      for offset in stride(from: 0, to: 0x280, by: 4) {
        for bytes in [[0, 0, 0, 0], [255, 255, 255, 255]] as [[UInt8]] {
          try disk.restore()
          try disk.patch(at: 1024 + Int64(offset), bytes)
          try await disk.finish(withTools: false)
        }
      }
    }
  }

  @Test("what a file says of its own size and blocks ends no process", arguments: [0])
  func inode(_ layout: Int) async {
    await #expect(processExitsWith: .success) { [layout] in
      alarm(120)
      let disk = try FragileDisk(FlippedBytesTests.layouts[layout])
      // Of the machine-id: mode, size, links, blocks, flags, block map, high halves.
      let inode = try disk.inodePlace("/etc/machine-id")
      for offset in stride(from: 0, to: 128, by: 2) {
        for bytes in [[0, 0], [255, 255], [0, 128]] as [[UInt8]] {
          try disk.restore()
          try disk.patch(at: inode + Int64(offset), bytes)
          try await disk.finish(withTools: false)
        }
      }
    }
  }
}

/// A small disk that is damaged and restored again and again.
private struct FragileDisk {
  private let scratch: Scratch
  private let image: FilePath
  private let sound: [UInt8]
  /// Regions with the file system's own data, from its start.
  private var targets: [Range<Int64>] = []

  private static let place = ImageExtent(offset: 1 << 20, length: 8 << 20)

  init(_ layout: Variant) throws {
    scratch = try Scratch()
    image = try scratch.sparse("disk.raw", mebibytes: 10)
    try TestDisk.sfdisk(scratch, image, "label: dos\nstart=2048,size=16384,type=83\nstart=18432,size=2048,type=83\n")
    // What lies beside the file system has to stay.
    try scratch.patch(image, at: 512, [UInt8](repeating: 0xCA, count: (1 << 20) - 512))
    try scratch.patch(image, at: Self.place.end, [UInt8](repeating: 0xCB, count: 1 << 20))
    try FragileDisk.tree(scratch)
    try TestDisk.mkfs(image, Self.place, layout.options + ["-d", scratch.path("root").string])
    sound = try scratch.read(image)
    try find(blockSize: layout.options.contains("1024") ? 1024 : 4096, wide: layout.testDescription.contains("64 bit"))
  }

  private static func tree(_ scratch: Scratch) throws {
    try scratch.write("root/etc/machine-id", String(repeating: "0", count: 32) + "\n")
    try scratch.write("root/etc/os-release", "ID=test\nPRETTY_NAME=Fragile\n")
    try scratch.write("root/etc/fstab", "/dev/vda1 / ext4\n")
    try scratch.write("root/usr/x", "")
    for number in 0..<40 { try scratch.write("root/var/log/installer/a-name-of-some-length-\(number)", "log\n") }
    let pieces = try scratch.write("root/var/log/installer/pieces", [])
    for number in 0..<100 { try scratch.patch(pieces, at: Int64(number) * 8192, [UInt8](repeating: 80, count: 1024)) }
    symlink(String(repeating: "x", count: 100), scratch.path("root/var/log/link").string)
  }

  /// Superblock and descriptors, bitmaps, inode tables, folders, the tree of a file in pieces, the journal.
  private mutating func find(blockSize: Int64, wide: Bool) throws {
    let superblock = 1024 as Int64
    let descriptors = blockSize == 1024 ? 2048 : blockSize
    targets = [superblock..<superblock + 512, descriptors..<descriptors + (wide ? 64 : 32)]
    for field in [0, 4, 8] as [Int64] {
      let block = number(at: descriptors + field) * blockSize
      let length = field == 8 ? 96 * 256 : 256 as Int64
      targets.append(block..<block + length)
    }
    for request in ["bmap / 0", "bmap /etc 0", "bmap /var/log/installer 0", "bmap <8> 0", "bmap <8> 1"] {
      let said = try Tool.need("debugfs", ["-R", request, "\(image)?offset=\(Self.place.offset)"])
      let block = Int64(said.split(whereSeparator: \.isWhitespace).last ?? "") ?? 0
      if block > 0 { targets.append(block * blockSize..<block * blockSize + 1024) }
    }
    // The first leaf of the tree is where the inode's first index entry says.
    let root = try inodePlace("/var/log/installer/pieces") + 40
    if number(at: root) & 0xFFFF == 0xF30A, number(at: root + 6) & 0xFFFF > 0 {
      let leaf = number(at: root + 16) * blockSize
      targets.append(leaf..<leaf + 512)
    }
    try #require(targets.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= Self.place.length }, "\(targets)")
  }

  private func number(at offset: Int64) -> Int64 {
    let start = Int(Self.place.offset + offset)
    return sound[start..<start + 4].reversed().reduce(0) { $0 << 8 | Int64($1) }
  }

  /// Bytes from the file system's start to an inode.
  func inodePlace(_ path: String) throws -> Int64 {
    let said = try Tool.need("debugfs", ["-R", "imap \(path)", "\(image)?offset=\(Self.place.offset)"])
    // `located at block 35, offset 0x0600`, in the file system's own blocks.
    let words = said.split { !$0.isLetter && !$0.isNumber }
    let (block, offset) = try #require(
      words.firstIndex(of: "located").map { (words[$0 + 3], words[$0 + 5].dropFirst(2)) }, "\(said)")
    let size = Int64(1024) << number(at: 1024 + 0x18)
    return try #require(Int64(block)) * size + #require(Int64(offset, radix: 16))
  }

  func restore() throws {
    try scratch.patch(image, at: 0, sound)
    try #require(truncate(image.string, off_t(sound.count)) == 0)
  }

  func patch(at offset: Int64, _ bytes: [UInt8]) throws {
    try scratch.patch(image, at: Self.place.offset + offset, bytes)
  }

  func round(_ seed: Int) async throws {
    var random = SplitMix(state: UInt64(seed))
    try restore()
    for _ in 0..<Int.random(in: 1...8, using: &random) {
      let target = try #require(targets.randomElement(using: &random))
      let values: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &random)]
      try patch(at: Int64.random(in: target, using: &random), [values.randomElement(using: &random) ?? 0])
    }
    try await finish(withTools: seed % 10 == 0)
  }

  /// What inspect and finish do; any error is a `DiskImageError`, and nothing beside the file system changes.
  func finish(withTools: Bool) async throws {
    for step in [inspect, replayAndCheck, archive, change, zero] as [(Bool) async throws -> Void] {
      do {
        try await step(withTools)
      } catch {
        #expect(error is DiskImageError, "\(error)")
      }
    }
    let file = try FileDescriptor.open(image, .readOnly)
    defer { try? file.close() }
    #expect(try file.seek(offset: 0, from: .end) == sound.count)
    for place in [0, Self.place.end] {
      var bytes = [UInt8](repeating: 0, count: 1 << 20)
      let got = try bytes.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: place, into: $0) }
      #expect(got == 1 << 20 && bytes == Array(sound[Int(place)..<Int(place) + got]))
    }
  }

  private func inspect(_ withTools: Bool) throws {
    let before = try withTools ? FileDigest.sha256(image) : ""
    _ = try? DiskInspection(image)
    let table = try PartitionTable.read(image)
    let root = try? RootPartition.find(in: image, table)
    if let root, let system = try? GuestSystem(image, table, root: root) {
      try? GuestFiles(system).walk(.root, limit: 10_000) { _, _ in }
    }
    #expect(try !withTools || FileDigest.sha256(image) == before)
  }

  private func replayAndCheck(_ withTools: Bool) async throws {
    guard withTools else { return }
    _ = try await JournalReplay.run(image, in: Self.place, run: Tool.runner)
    try await FileSystemCheck.check(image, in: Self.place, run: Tool.runner)
  }

  private func archive(_: Bool) throws {
    let target = scratch.path("root.tar")
    defer { unlink(target.string) }
    try TarArchive.write(rootOf: image, to: target)
  }

  private func change(_: Bool) throws {
    let table = try PartitionTable.read(image)
    let files = try GuestFiles(GuestSystem(image, table, root: RootPartition.find(in: image, table)))
    for path in try files.matches(of: "/var/log/*").paths { try files.remove(path) }
    try files.truncate(ImagePath("/etc/machine-id"))
    try files.writeFile(ImagePath("/etc/new"), [UInt8](repeating: 7, count: 30_000))
    try files.makeFolder(ImagePath("/etc/a/folder"))
    try files.makeSymlink(ImagePath("/etc/link"), to: String(repeating: "y", count: 90))
    try files.close()
  }

  private func zero(_: Bool) throws { _ = try FreeSpaceZeroing.zero(image: image, table: PartitionTable.read(image)) }
}
