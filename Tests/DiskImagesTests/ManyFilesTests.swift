import DiskImages
import Foundation
import Model
import SystemPackage
import Testing

/// A guest can make as many files as its disk has inodes.
@Suite("many files", .enabled(if: Tool.has("mke2fs", "e2fsck", "zerofree"), "needs e2fsprogs and zerofree"))
struct ManyFilesTests {
  private static let isSlow = ProcessInfo.processInfo.environment["IMAGE_FACTORY_SLOW"] == "1"
  /// Folders of 200 files; a million files with `IMAGE_FACTORY_SLOW=1`.
  private static let folders = isSlow ? 5000 : 500

  @Test("as many files as a disk has inodes are walked, removed and zeroed in seconds, and the file system is clean")
  func many() throws {
    let scratch = try Scratch()
    try scratch.write("root/etc/os-release", "PRETTY_NAME=Many\n")
    try scratch.write("root/var/log/x", "")
    try Tool.need(
      "sh",
      [
        "-c", "cd \"$1\" && for i in $(seq $2); do mkdir d$i && (cd d$i && seq 200 | xargs touch) || exit 1; done",
        "sh",
        scratch.path("root/var/log").string, "\(Self.folders)",
      ])
    let files = Self.folders * 200
    let image = try scratch.sparse("disk.raw", mebibytes: files / 1000 + 64)
    let extent = ImageExtent(offset: 0, length: Int64(files / 1000 + 64) << 20)
    try Tool.need(
      "mke2fs",
      [
        "-q", "-F", "-t", "ext4", "-I", "128", "-b", "1024", "-N",
        "\(files + Self.folders + 4000)", "-d", scratch.path("root").string,
        image.string,
      ])
    let clock = ContinuousClock()
    var count = 0
    let time = try clock.measure {
      let files = try Ext4FileSystem.open(image: image, extent: extent, mode: .readWrite)
      try files.walk(.root) { _, status in if status.kind == .file { count += 1 } }
      #expect(try files.remove(ImagePath("/var/log")).names >= count - 1)
      try files.close()
      _ = try FreeSpaceZeroing.zero(image: image, partition: extent)
    }
    if Self.isSlow { print("\(files) files were walked, removed and zeroed in \(time)") }
    #expect(count == files + 2)
    #expect(time < .seconds(Self.folders / 10), "\(time)")
    #expect(try Tool.run("e2fsck", ["-fn", image.string]).status == 0)
    #expect(
      try Tool.need("zerofree", ["-n", "-v", image.string]).split(whereSeparator: \.isWhitespace).last?.hasPrefix("0/")
        == true)
  }
}
