import DiskImages
import SystemPackage
import Testing

@Suite(
  "the identifiers of partitions", .enabled(if: Tool.has("sfdisk", "partx", "mke2fs"), "needs fdisk and e2fsprogs"))
struct PartitionIdentifierTests {
  private let scratch = try? Scratch()

  /// Root and one more, 16 MiB each; the table as sfdisk takes it.
  private func disk(_ header: String, fstab: String = "") throws -> FilePath {
    let scratch = try #require(scratch)
    let image = try scratch.sparse("disk.raw", mebibytes: 34)
    try TestDisk.sfdisk(scratch, image, "\(header)\nstart=2048,size=32768\nstart=34816,size=32768\n")
    try scratch.write("root/etc/os-release", "PRETTY_NAME=Parts\n")
    try scratch.write("root/etc/fstab", fstab)
    try scratch.write("var/log/x", "")
    for (start, folder) in [(1, "root"), (17, "var")] as [(Int64, String)] {
      try TestDisk.mkfs(
        image, ImageExtent(offset: start << 20, length: 16 << 20), ["-t", "ext4", "-d", scratch.path(folder).string])
    }
    return image
  }

  private func mounts(_ image: FilePath) throws -> [String] {
    let table = try PartitionTable.read(image)
    return try GuestSystem(image, table, root: RootPartition.find(in: image, table)).mounts.map {
      "\($0.place) \($0.name)"
    }
  }

  @Test("they are those that partx shows", arguments: ["label: gpt", "label: dos", "label: dos\nlabel-id: 0xbeef"])
  func shown(_ header: String) throws {
    let image = try disk(header)
    let found = try PartitionTable.read(image).partitions.map(\.identifier)
    let shown = try Tool.need("partx", ["--show", "--noheadings", "--output", "UUID", image.string])
    #expect(found == shown.split(whereSeparator: \.isWhitespace).map { String($0) } && found.count == 2)
  }

  @Test("a line of fstab means a partition by it, in capitals, in quotes and as a link", arguments: ["gpt", "dos"])
  func mounted(_ label: String) throws {
    let image = try disk("label: \(label)")
    let identifier = try #require(try PartitionTable.read(image).partitions[1].identifier)
    // Made once more with the name in it: a GUID of sfdisk's is another one every time.
    let header =
      label == "dos"
      ? "label: dos\nlabel-id: 0x\(identifier.prefix(8))"
      : "label: gpt"
    for source in [
      "PARTUUID=\(identifier)", "PARTUUID=\(identifier.uppercased())", "PARTUUID=\"\(identifier)\"",
      "/dev/disk/by-partuuid/\(identifier)",
    ] {
      let again = try disk(header, fstab: "\(source) /var ext4 defaults 0 2\n")
      if label == "gpt" { try Tool.need("sfdisk", ["-q", "--part-uuid", again.string, "2", identifier]) }
      #expect(try mounts(again) == ["/var 2"], "\(source)")
    }
  }

  @Test("another disk's, the root's own, half of one and none at all mount nothing", arguments: ["gpt", "dos"])
  func others(_ label: String) throws {
    let header = label == "dos" ? "label: dos\nlabel-id: 0x12345678" : "label: gpt"
    for source in [
      "PARTUUID=", "PARTUUID=12345678", "PARTUUID=12345678-01", "PARTUUID=12345678-2", "PARTUUID=12345679-02",
      "PARTUUID=00000000-0000-0000-0000-000000000000", "UUID=12345678-02", "/dev/disk/by-partuuid/",
    ] {
      #expect(try mounts(disk(header, fstab: "\(source) /var ext4 defaults 0 2\n")) == [], "\(source)")
    }
    // Without a signature there is no name: that of all zeros is nobody's.
    let image = try disk("label: dos", fstab: "PARTUUID=00000000-02 /var ext4 defaults 0 2\n")
    try #require(scratch).patch(image, at: 440, [0, 0, 0, 0])
    #expect(try PartitionTable.read(image).partitions.map(\.identifier) == [nil, nil] && mounts(image) == [])
  }
}
