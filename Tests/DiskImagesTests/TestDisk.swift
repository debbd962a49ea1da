import DiskImages
import Glibc
import SystemPackage
import Testing

/// A kind of file system to try everything on.
struct Variant: Sendable, CustomTestStringConvertible {
  var testDescription: String
  /// For mke2fs.
  var options: [String]

  init(_ name: String, _ options: [String]) {
    testDescription = name
    self.options = options
  }

  static let plain = Variant("ext4, 4k blocks", ["-t", "ext4", "-b", "4096"])
  static let all: [Variant] = [
    plain,
    Variant("ext4, 1k blocks", ["-t", "ext4", "-b", "1024"]),
    Variant("ext4, inline data", ["-t", "ext4", "-b", "4096", "-O", "inline_data"]),
    Variant("ext4, inline data, 1k blocks", ["-t", "ext4", "-b", "1024", "-I", "256", "-O", "inline_data"]),
    Variant("ext4, no checksums, 32 bit", ["-t", "ext4", "-O", "^metadata_csum,^64bit"]),
    Variant("ext4, checksum seed", ["-t", "ext4", "-O", "metadata_csum_seed"]),
    Variant("ext4, uninitialised groups", ["-t", "ext4", "-g", "2048", "-O", "^metadata_csum,uninit_bg"]),
    Variant("ext4, orphan file", ["-t", "ext4", "-O", "orphan_file"]),
    Variant("ext4, small inodes", ["-t", "ext4", "-I", "128"]),
    Variant("ext4, no extents", ["-t", "ext4", "-O", "^extents,^64bit"]),
    Variant("ext3, 1k blocks", ["-t", "ext3", "-b", "1024"]),
    Variant("ext2, 4k blocks", ["-t", "ext2", "-b", "4096"]),
    Variant("ext2, revision 0", ["-t", "ext2", "-r", "0"]),
  ]
}

/// A raw disk with one ext partition at 1 MiB and a small Debian-like tree in it.
struct TestDisk {
  let scratch = try? Scratch()
  let image: FilePath
  let extent: ImageExtent

  static let start: Int64 = 1 << 20

  /// `populate` fills the folder that becomes the root file system; `noise`: what is free holds something.
  init(
    _ variant: Variant = .plain, mebibytes: Int = 48, name: String = "disk.raw", noise: Bool = false,
    _ populate: (Scratch) throws -> Void = TestDisk.tree
  ) throws {
    let scratch = try #require(scratch)
    image = try scratch.sparse(name, mebibytes: mebibytes)
    extent = ImageExtent(offset: TestDisk.start, length: Int64(mebibytes - 1) << 20)
    try TestDisk.sfdisk(scratch, image, "label: dos\nstart=2048, type=83, bootable\n")
    mkdir(scratch.path("root").string, 0o755)
    try populate(scratch)
    if noise {
      let bytes = [UInt8](repeating: 0x4E, count: 1 << 20)
      for mebibyte in 1..<mebibytes { try scratch.patch(image, at: Int64(mebibyte) << 20, bytes) }
    }
    try TestDisk.mkfs(image, extent, variant.options + ["-d", scratch.path("root").string])
  }

  static func sfdisk(_ scratch: Scratch, _ image: FilePath, _ script: String) throws {
    try scratch.write("script", script)
    try Tool.need(
      "sh",
      [
        "-c", "exec sfdisk -q --no-reread --no-tell-kernel \"$1\" < \"$2\"", "sh", image.string,
        scratch.path("script").string,
      ])
  }

  static func mkfs(_ image: FilePath, _ extent: ImageExtent, _ options: [String]) throws {
    var options = options
    var extended = "offset=\(extent.offset),root_owner=0:0"
    // mke2fs takes the last of several.
    if let place = options.firstIndex(of: "-E") {
      extended += "," + options[place + 1]
      options.removeSubrange(place...place + 1)
    }
    try Tool.need("mke2fs", ["-q", "-F", "-E", extended] + options + [image.string, "\(extent.length >> 10)k"])
  }

  /// mkswap takes an offset only since util-linux 2.41: the signature alone is what counts here.
  static func mkswap(_ scratch: Scratch, _ image: FilePath, at offset: Int64) throws {
    try scratch.patch(image, at: offset + 4086, Array("SWAPSPACE2".utf8))
  }

  static func tree(_ scratch: Scratch) throws {
    try scratch.write("root/etc/machine-id", "0123456789abcdef0123456789abcdef\n")
    try scratch.write("root/etc/os-release", "PRETTY_NAME=\"Test GNU/Linux 13\"\n")
    try scratch.write("root/usr/bin/tool", [UInt8](repeating: 0x41, count: 300_000))
    for number in 0..<20 {
      try scratch.write(
        "root/var/log/installer/part-\(number).log", String(repeating: "line \(number)\n", count: number * 100))
    }
    try scratch.write("root/var/log/installer/cdebconf/deep/er/file", "x")
    try scratch.write("root/var/log/keep", "kept\n")
    let root = scratch.path("root").string
    link("\(root)/var/log/keep", "\(root)/var/log/installer/hard-link-out")
    link("\(root)/var/log/installer/part-7.log", "\(root)/var/log/installer/hard-link-in")
    symlink("part-1.log", "\(root)/var/log/installer/short-link")
    symlink(String(repeating: "x", count: 150), "\(root)/var/log/installer/long-link")
    symlink("/etc/shadow", "\(root)/var/log/installer/shadow")
    symlink("/etc", "\(root)/var/log/linked-folder")
    mkfifo("\(root)/var/log/installer/fifo", 0o600)
    let sparse = try scratch.sparse("root/var/log/installer/sparse", mebibytes: 8)
    try scratch.patch(sparse, at: 5 << 20, Array("middle".utf8))
  }

  func open(_ mode: Ext4FileSystem.Mode = .readWrite) throws -> Ext4FileSystem {
    try Ext4FileSystem.open(image: image, extent: extent, mode: mode)
  }

  /// Opens for writing, works, closes, and e2fsck has to find nothing.
  @discardableResult
  func change<Result>(_ body: (borrowing Ext4FileSystem) throws -> Result) throws -> Result {
    let files = try open()
    let result = try body(files)
    try files.close()
    try requireClean()
    return result
  }

  func requireClean(_ location: SourceLocation = #_sourceLocation) throws {
    let result = try Tool.run("e2fsck", ["-fn", "\(image)?offset=\(extent.offset)"])
    try #require(result.status == 0, "\(result.output)", sourceLocation: location)
  }

  /// Several requests that change the image.
  func edit(_ requests: String...) throws {
    let script = try #require(scratch).write("requests", requests.joined(separator: "\n") + "\n")
    try Tool.need("debugfs", ["-w", "-f", script.string, "\(image)?offset=\(extent.offset)"])
  }

  /// Of the whole image.
  func digest() throws -> String { try FileDigest.sha256(image) }

  @discardableResult
  func debugfs(_ request: String, write: Bool = false) throws -> String {
    let output = try Tool.need("debugfs", (write ? ["-w"] : []) + ["-R", request, "\(image)?offset=\(extent.offset)"])
    // Its first line is its version.
    return output.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).dropFirst().joined()
  }
}
