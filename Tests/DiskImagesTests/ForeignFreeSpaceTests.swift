import DiskImages
import Model
import SystemPackage
import Testing

@Suite(
  "the free space of xfs and btrfs",
  .enabled(
    if: Tool.has("mkfs.xfs", "xfs_db", "xfs_repair", "mkfs.btrfs", "btrfs"), "needs xfsprogs and btrfs-progs"))
struct ForeignFreeSpaceTests {
  /// A file system that begins 1 MiB into an image, with a file that has to stay, and its tools' copy of it.
  private struct Made {
    let scratch: Scratch
    let copy: FilePath
    let image: FilePath
    let extent: ImageExtent

    init(_ kind: String) throws {
      scratch = try Scratch()
      let megabytes = kind == "xfs" ? 320 : 160
      copy = try scratch.sparse("copy", mebibytes: megabytes)
      try scratch.write("root/usr/bin/tool", String(repeating: "tool", count: 500_000))
      if kind == "xfs" {
        let proto = "/\n0 0\nd--755 0 0\ntool ---755 0 0 \(scratch.path("root/usr/bin/tool"))\n$\n"
        try scratch.write("proto", proto)
        try Tool.need("mkfs.xfs", ["-q", "-p", scratch.path("proto").string, copy.string])
      } else {
        try Tool.need("mkfs.btrfs", ["-q", "--rootdir", scratch.path("root").string, copy.string])
      }
      image = try scratch.sparse("image", mebibytes: megabytes + 2)
      extent = ImageExtent(offset: 1 << 20, length: Int64(megabytes) << 20)
      try Tool.need("dd", ["if=\(copy)", "of=\(image)", "bs=1M", "seek=1", "conv=sparse,notrunc", "status=none"])
    }

    func runs(_ kind: String) throws -> [ImageExtent] {
      if kind == "xfs" {
        var space = try XfsFreeSpace(of: image, in: extent)
        for line in try Tool.need("xfs_db", ["-r", "-f", "-c", "freesp -d", copy.string]).split(separator: "\n") {
          try space.take(String(line))
        }
        return try space.checked()
      }
      var space = BtrfsFreeSpace(nodeSize: 16384)
      for line in try dump("chunk") { try space.takeChunks(line) }
      for line in try dump("extent") { space.takeExtents(line) }
      #expect(space.hasGroups)
      return try space.runs(size: extent.length)
    }

    func dump(_ tree: String) throws -> [String] {
      try Tool.need("btrfs", ["inspect-internal", "dump-tree", "--noscan", "-t", tree, copy.string])
        .split(separator: "\n").map(String.init)
    }

    /// The checker's verdict on the file system as it is in the image now.
    func check(_ kind: String) throws {
      let now = scratch.path("now")
      try SparseFile.extract(extent, of: image, to: now)
      if kind == "xfs" {
        try Tool.need("xfs_repair", ["-n", "-f", now.string])
      } else {
        try Tool.need("btrfs", ["check", "--readonly", "--check-data-csum", now.string])
      }
    }
  }

  @Test("all that is free becomes holes, and nothing else", arguments: ["xfs", "btrfs"])
  func punching(kind: String) throws {
    let made = try Made(kind)
    let runs = try made.runs(kind)
    let free = runs.reduce(0) { $0 + $1.length }
    #expect(free > made.extent.length / 2 && free < made.extent.length - 2_000_000)
    // What was deleted: noise in every free run, at its start and at its end.
    let file = try FileDescriptor.open(made.image, .writeOnly)
    let noise = [UInt8](repeating: 0x4E, count: 4096)
    try file.closeAfter {
      for run in runs where run.length >= 4096 {
        try file.writeAll(toAbsoluteOffset: made.extent.offset + run.offset, noise)
        try file.writeAll(toAbsoluteOffset: made.extent.offset + run.end - 4096, noise)
      }
    }
    try made.check(kind)
    let given = try FreeRuns.punch(runs, of: made.image, in: made.extent)
    #expect(given.bytes >= 4096 * runs.count(where: { $0.length >= 4096 }))
    let data = try SparseFile.dataExtents(of: made.image)
    for run in runs {
      let start = made.extent.offset + run.offset
      #expect(!data.contains { $0.offset < start + run.length && start < $0.end }, "\(run)")
    }
    try Tool.need("rm", [made.scratch.path("now").string])
    try made.check(kind)
    #expect(try FreeRuns.punch(runs, of: made.image, in: made.extent).bytes == 0)
  }

  @Test("a run that lies outside of the file system changes nothing")
  func outside() throws {
    let made = try Made("xfs")
    let before = try FileDigest.sha256(made.image)
    let good = ImageExtent(offset: 0, length: 1 << 20)
    for bad in [
      ImageExtent(offset: made.extent.length - 4096, length: 8192), ImageExtent(offset: -4096, length: 4096),
      ImageExtent(offset: Int64.max - 1, length: 4096), ImageExtent(offset: 0, length: Int64.max),
    ] {
      #expect(throws: DiskImageError.self) { try FreeRuns.punch([good, bad], of: made.image, in: made.extent) }
    }
    #expect(try FileDigest.sha256(made.image) == before)
  }

  @Test("lines of an xfs that cannot be right are refused")
  func xfsLines() throws {
    let made = try Made("xfs")
    for line in ["0 0 1", "9999999 1 1", "0 1 99999999", "0 -1 5", "0 5 0", "0 5 -1", "3 20479 2"] {
      var space = try XfsFreeSpace(of: made.image, in: made.extent)
      #expect(throws: DiskImageError.self, "\(line)") { try space.take(line) }
    }
    var twice = try XfsFreeSpace(of: made.image, in: made.extent)
    try twice.take("0 2000 10")
    try twice.take("0 2005 10")
    #expect(throws: DiskImageError.self) { try twice.checked() }
    var tooMany = try XfsFreeSpace(of: made.image, in: made.extent)
    for group in 0..<4 { try tooMany.take("\(group) 1 20400") }
    #expect(throws: DiskImageError.self) { try tooMany.checked() }
    // A superblock of noise, and none.
    let noise = made.scratch.path("noise")
    try made.scratch.write("noise", "XFSB" + String(repeating: "\u{7F}", count: 5000))
    #expect(throws: DiskImageError.self) {
      try XfsFreeSpace(of: noise, in: ImageExtent(offset: 0, length: 5000))
    }
    #expect(throws: DiskImageError.self) { try XfsFreeSpace(of: noise, in: ImageExtent(offset: 8, length: 4000)) }
  }

  @Test("trees of a btrfs that contradict each other are refused")
  func btrfsLines() throws {
    let made = try Made("btrfs")
    let (chunks, extents) = (try made.dump("chunk"), try made.dump("extent"))
    func runs(_ chunks: [String], _ extents: [String]) throws -> [ImageExtent] {
      var space = BtrfsFreeSpace(nodeSize: 16384)
      for line in chunks { try space.takeChunks(line) }
      for line in extents { space.takeExtents(line) }
      return try space.runs(size: made.extent.length)
    }
    #expect(try !runs(chunks, extents).isEmpty)
    let item = try #require(extents.firstIndex { $0.contains(" METADATA_ITEM ") })
    var fewer = extents
    fewer.remove(at: item)
    #expect(throws: DiskImageError.self) { try runs(chunks, fewer) }
    #expect(throws: DiskImageError.self) { try runs(chunks, extents + [extents[item]]) }
    #expect(throws: DiskImageError.self) { try runs([], extents) }
    #expect(throws: DiskImageError.self) { try runs(chunks, []) }
    for (old, new) in [("|single", "|RAID0"), ("|DUP", "|RAID5"), ("devid 1", "devid 2"), (" offset ", " offset 9")] {
      let changed = chunks.map { $0.replacing(old, with: new) }
      #expect(throws: DiskImageError.self, "\(new)") { try runs(changed, extents) }
    }
  }
}
