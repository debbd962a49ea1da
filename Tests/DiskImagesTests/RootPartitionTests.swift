import DiskImages
import SystemPackage
import Testing

@Suite("the root file system", .enabled(if: Tool.has("sfdisk", "mke2fs"), "needs fdisk and e2fsprogs"))
struct RootPartitionTests {
  private let scratch = try? Scratch()

  /// A GPT with one partition of 16 MiB per element; what it holds: "root", "data", "swap" or nothing.
  private func disk(_ contents: [String]) throws -> (FilePath, PartitionTable) {
    let scratch = try #require(scratch)
    let image = try scratch.sparse("disk.raw", mebibytes: 4 + contents.count * 16)
    let lines = contents.indices.map { "start=\(2048 + $0 * 32768),size=32768" }
    try TestDisk.sfdisk(scratch, image, "label: gpt\n" + lines.joined(separator: "\n") + "\n")
    for (index, content) in contents.enumerated() {
      let extent = ImageExtent(offset: Int64(1 + index * 16) << 20, length: 16 << 20)
      if content == "swap" { try TestDisk.mkswap(scratch, image, at: extent.offset) }
      guard ["root", "data"].contains(content) else { continue }
      let tree = content + "-\(index)"
      try scratch.write("\(tree)/lost/file", "x")
      if content == "root" {
        try scratch.write("\(tree)/etc/fstab", "")
        try scratch.write("\(tree)/usr/lib/os-release", "NAME=x\nPRETTY_NAME='Debian GNU/Linux 13 (trixie)\u{1B}[0m'\n")
      }
      try TestDisk.mkfs(image, extent, ["-t", "ext4", "-d", scratch.path(tree).string])
    }
    return (image, try PartitionTable.read(image))
  }

  @Test("it is found among boot, swap and data partitions, with the distribution's name")
  func found() throws {
    let (image, table) = try disk(["", "swap", "data", "root"])
    let root = try RootPartition.find(in: image, table)
    #expect(root.partition.number == 4)
    #expect(root.distribution?.hasPrefix("Debian GNU/Linux 13 (trixie)") == true)
    #expect(root.distribution?.contains("\u{1B}") == false)
  }

  @Test("the old rule of exactly one partition is a policy with a clear message")
  func exactlyOne() throws {
    let (image, table) = try disk(["root", "swap"])
    #expect { try RootPartition.find(in: image, table, policy: .exactlyOne) } throws: { error in
      let error = error as? DiskImageError
      return error?.kind == .partitionCount && error?.message.hasPrefix("expected exactly one partition in '") == true
        && error?.message.hasSuffix("', but found 2 partitions: 1 ext4, 2 swap") == true
    }
    let (single, one) = try disk(["root"])
    #expect(try RootPartition.find(in: single, one, policy: .exactlyOne).partition.number == 1)
  }

  @Test("none, or two of them, is an error that lists what was found")
  func none() throws {
    let (image, table) = try disk(["data", "swap"])
    #expect { try RootPartition.find(in: image, table) } throws: {
      ($0 as? DiskImageError)?.kind == .noRootFileSystem && "\($0)".contains("1 ext4, 2 swap")
    }
    let (second, both) = try disk(["root", "root"])
    #expect { try RootPartition.find(in: second, both) } throws: { ($0 as? DiskImageError)?.kind == .noRootFileSystem }
  }

  @Test("a damaged file system beside the root does not hide it; a damaged root is an error of its own")
  func damaged() throws {
    let scratch = try #require(scratch)
    let (image, table) = try disk(["data", "root"])
    // Beyond the superblock's magic number: blocks per group.
    try scratch.patch(image, at: (1 << 20) + 1024 + 0x28, [0xFF, 0xFF, 0xFF, 0xFF])
    #expect(try RootPartition.find(in: image, table).partition.number == 2)
    try scratch.patch(image, at: (17 << 20) + 1024 + 0x28, [0xFF, 0xFF, 0xFF, 0xFF])
    #expect { try RootPartition.find(in: image, table) } throws: { ($0 as? DiskImageError)?.kind == .corrupt }
  }
}
