import DiskImages
import Foundation
import Glibc
import Model
import SystemPackage
import Testing

@Suite(
  "shrinking a disk",
  .enabled(if: Tool.has("sfdisk", "mke2fs", "e2fsck", "resize2fs"), "needs fdisk and e2fsprogs"))
struct ShrinkTests {
  private let output: @Sendable (Command) async throws -> String = { command in
    try Tool.need(command.tool, Array(command.argv.dropFirst()))
  }

  /// A disk with a small first partition and the root file system behind it.
  private func disk(_ label: String, tail: String = "") throws -> (scratch: Scratch, image: FilePath) {
    let scratch = try Scratch()
    let image = try scratch.sparse("disk.raw", mebibytes: 300)
    try TestDisk.sfdisk(scratch, image, "label: \(label)\nstart=2048,size=2048\nstart=4096\(tail)\n")
    try TestDisk.tree(scratch)
    // Enough that the file system's last blocks hold something after shrinking.
    for number in 0..<40 {
      try scratch.write("root/usr/data-\(number)", (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 7 + number) })
    }
    let root = try #require(try PartitionTable.read(image).partitions.last ?? nil)
    let extent = tail.isEmpty ? root.extent : ImageExtent(offset: 2 << 20, length: 128 << 20)
    try TestDisk.mkfs(image, extent, ["-t", "ext4", "-d", scratch.path("root").string])
    return (scratch, image)
  }

  private func shrink(_ scratch: Scratch, _ image: FilePath, margin: ByteSize) async throws -> DiskShrinking.Report {
    let table = try PartitionTable.read(image)
    return try await DiskShrinking.shrink(
      image, table, RootPartition.find(in: image, table), margin: margin, scratch: scratch.path("smaller.raw"),
      run: Tool.runner, output: output)
  }

  @Test("file system, partition, table and disk get smaller, every file stays", arguments: ["gpt", "dos"])
  func smaller(_ label: String) async throws {
    let (scratch, image) = try disk(label)
    let before = try PartitionTable.read(image)
    let report = try await shrink(scratch, image, margin: .mebibytes(8))
    #expect(report.before == .mebibytes(300) && report.after < .mebibytes(80), "\(report.after)")
    #expect(try SparseFile.sizes(of: image).apparent == report.after)
    let after = try PartitionTable.read(image)
    #expect(after.warnings.isEmpty && after.partitions.first == before.partitions.first)
    let verify = try Tool.run("sfdisk", ["--verify", image.string])
    #expect(verify.status == 0 && (label == "dos" || verify.output.contains("No errors")), "\(verify.output)")
    // Everything but the size of the last partition is as it was.
    func dump(_ size: Bool) throws -> [String] {
      try Tool.need("sfdisk", ["-d", image.string]).split(separator: "\n").map(String.init)
    }
    #expect(try dump(true).contains { $0.contains("start=        4096") })
    let root = try RootPartition.find(in: image, after)
    #expect(try Tool.run("e2fsck", ["-fn", "\(image)?offset=\(root.extent.offset)"]).status == 0)
    let files = try Ext4FileSystem.open(image: image, extent: root.extent, mode: .readOnly)
    for number in 0..<40 {
      #expect(
        try files.readFile(ImagePath("/usr/data-\(number)"), limit: 1 << 20)
          == (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 7 + number) })
    }
    #expect(try scratch.names().isSuperset(of: ["disk.raw"]) && !scratch.names().contains { $0.hasPrefix("smaller") })
    // There is nothing left to take away.
    let again = try await shrink(scratch, image, margin: .mebibytes(300))
    #expect(again.before == again.after)
  }

  @Test("identifiers of disk and partitions are kept")
  func identifiers() async throws {
    let (scratch, image) = try disk("gpt")
    func identifiers() throws -> [String] {
      try Tool.need("sfdisk", ["-d", image.string]).split(whereSeparator: { $0.isNewline || $0 == "," })
        .map { $0.trimmingCharacters(in: .whitespaces) }
        .filter { $0.hasPrefix("uuid=") || $0.hasPrefix("label-id") || $0.hasPrefix("type=") }
    }
    let before = try identifiers()
    _ = try await shrink(scratch, image, margin: .mebibytes(1))
    #expect(try identifiers() == before && before.count == 5)
  }

  @Test("a partition behind the root file system is an obstacle, and nothing changes")
  func obstacle() async throws {
    let (scratch, image) = try disk("gpt", tail: ",size=262144\nstart=266240,size=8192")
    let digest = try FileDigest.sha256(image)
    let table = try PartitionTable.read(image)
    let root = try RootPartition.find(in: image, table)
    #expect(DiskShrinking.obstacle(table, root) == "partition 3 (unknown) lies behind the root file system")
    await #expect(throws: DiskImageError.self) { _ = try await shrink(scratch, image, margin: .mebibytes(1)) }
    #expect(try FileDigest.sha256(image) == digest)
  }

  @Test("a resize2fs that fails leaves the disk as it was and no scratch file")
  func failure() async throws {
    let (scratch, image) = try disk("dos")
    let digest = try FileDigest.sha256(image)
    let table = try PartitionTable.read(image)
    let root = try RootPartition.find(in: image, table)
    await #expect(throws: DiskImageError.self) {
      _ = try await DiskShrinking.shrink(
        image, table, root, margin: .mebibytes(1), scratch: scratch.path("smaller.raw"), run: { _ in 1 }, output: output
      )
    }
    #expect(try FileDigest.sha256(image) == digest && !scratch.names().contains { $0.hasPrefix("smaller") })
  }
}
