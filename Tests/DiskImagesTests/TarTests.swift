import DiskImages
import Foundation
import Glibc
import Model
import SystemPackage
import Testing

@Suite(
  "the root file system as an archive",
  .enabled(if: Tool.has("sfdisk", "mke2fs", "e2fsck", "debugfs", "tar"), "needs fdisk, e2fsprogs and tar"))
struct TarTests {
  /// A tree with everything that an archive has trouble with.
  private func disk(_ variant: Variant = .plain) throws -> TestDisk {
    let long = String(repeating: "d/", count: 60) + String(repeating: "n", count: 120)
    let disk = try TestDisk(variant) { scratch in
      try TestDisk.tree(scratch)
      mkdir(scratch.path("root/var/log/empty").string, 0o777)
      // mkdir's mode goes through the umask.
      chmod(scratch.path("root/var/log/empty").string, 0o1777)
      try scratch.write("root/usr/share/" + long, "deep")
      try scratch.write("root/usr/share/new\nline ünï", "odd")
      try scratch.write("root/usr/share/tiny", "0123456789")
      try scratch.write("root/usr/bin/su", "setuid")
      chmod(scratch.path("root/usr/bin/su").string, 0o4755)
      symlink(String(repeating: "../", count: 50) + "etc/shadow", scratch.path("root/usr/share/far").string)
    }
    let value = try #require(disk.scratch).write("label", "system_u:object_r:bin_t:s0\0").string
    try disk.edit(
      "cd /usr/share", "mknod null c 1 3", "mknod sda9 b 8 9", "ea_set -f \(value) /usr/bin/tool security.selinux",
      "ea_set /usr/bin/tool user.note hello", "sif /usr/bin/tool uid 70000", "sif /usr/bin/tool gid 3000000000",
      "sif /usr/bin/su mtime 1700000000")
    return disk
  }

  @Test(
    "GNU tar reads what debugfs reads: kinds, modes, owners, devices, targets, names",
    arguments: [Variant.plain, Variant.all[2], Variant.all[8], Variant.all[11]])
  func listing(_ variant: Variant) async throws {
    let disk = try disk(variant)
    let scratch = try #require(disk.scratch)
    let archive = scratch.path("root.tar")
    try await Conversion.perform(Tar(), disk.image, to: archive, run: Tool.runner)
    let listing = try Tool.need("tar", ["--numeric-owner", "--full-time", "-tvf", archive.string])
    let lines = listing.split(separator: "\n").map(String.init)
    func line(_ end: String) -> String { lines.first { $0.hasSuffix(end) } ?? "no line for \(end)" }
    #expect(line(" ./usr/bin/su").hasPrefix("-rwsr-xr-x 0/0 "))
    #expect(line(" ./usr/bin/su").contains("2023-11-14"))
    #expect(line(" ./usr/bin/tool").contains(" 70000/3000000000 "))
    #expect(line(" ./usr/share/null").hasPrefix("c") && line(" ./usr/share/null").contains("1,3"))
    #expect(line(" ./usr/share/sda9").hasPrefix("b") && line(" ./usr/share/sda9").contains("8,9"))
    #expect(line("/fifo").hasPrefix("p"))
    #expect(line(" ./var/log/empty/").hasPrefix("drwxrwxrwt"))
    #expect(line(" -> /etc/shadow").contains("./var/log/installer/shadow"))
    #expect(lines.contains { $0.contains("./usr/share/far -> ../../../") && $0.hasSuffix("../etc/shadow") })
    #expect(lines.contains { $0.hasPrefix("h") && $0.contains(" link to ./var/log/") })
    #expect(!listing.contains("lost+found"))
  }

  @Test("unpacked, every byte, hole, hard link, label and attribute is there")
  func contents() throws {
    let disk = try disk()
    let scratch = try #require(disk.scratch)
    let archive = scratch.path("root.tar")
    try TarArchive.write(rootOf: disk.image, to: archive)
    try scratch.write("out/x", "")
    let exclude = ["--exclude=./usr/share/null", "--exclude=./usr/share/sda9"]
    try Tool.need("tar", ["--no-same-owner"] + exclude + ["-xf", archive.string, "-C", scratch.path("out").string])
    unlink(scratch.path("out/x").string)
    // The tree the disk was made from, without what debugfs added.
    let difference = try Tool.run(
      "diff", ["-r", "--no-dereference", "-x", "fifo", scratch.path("root").string, scratch.path("out").string])
    #expect(difference.status == 0, "\(difference.output.prefix(500))")
    var (left, right) = (stat(), stat())
    #expect(lstat(scratch.path("out/var/log/keep").string, &left) == 0)
    #expect(
      lstat(scratch.path("out/var/log/installer/hard-link-out").string, &right) == 0 && left.st_ino == right.st_ino)
    let bytes = try scratch.read(archive)
    for record in [
      "SCHILY.xattr.security.selinux=system_u:object_r:bin_t:s0\0\n", "SCHILY.xattr.user.note=hello\n",
      "gid=3000000000\n",
    ] {
      #expect(Data(bytes).range(of: Data(record.utf8)) != nil, "\(record)")
    }
    #expect(bytes.count % 10_240 == 0)
  }

  @Test(
    "an extended attribute is unpacked by GNU tar and read by getfattr", .enabled(if: Tool.has("getfattr", "setfattr")))
  func attributes() throws {
    let disk = try disk()
    let scratch = try #require(disk.scratch)
    let archive = scratch.path("root.tar")
    try TarArchive.write(rootOf: disk.image, to: archive)
    let probe = try scratch.write("out/probe", "").string
    // Not every file system of a host has them.
    guard try Tool.run("setfattr", ["-n", "user.x", "-v", "y", probe]).status == 0 else { return }
    let words = ["--no-same-owner", "--xattrs", "--xattrs-include=user.*", "-xf", archive.string]
    try Tool.need("tar", words + ["-C", scratch.path("out").string, "./usr/bin/tool"])
    let tool = scratch.path("out/usr/bin/tool").string
    #expect(try Tool.need("getfattr", ["--absolute-names", "--only-values", "-n", "user.note", tool]) == "hello")
  }

  @Test(
    "the same file system gives the same bytes; a file that claims more data than there is room for is refused and nothing is left"
  )
  func limits() throws {
    let disk = try disk()
    let scratch = try #require(disk.scratch)
    try TarArchive.write(rootOf: disk.image, to: scratch.path("1.tar"))
    try TarArchive.write(rootOf: disk.image, to: scratch.path("2.tar"))
    #expect(try FileDigest.sha256(scratch.path("1.tar")) == FileDigest.sha256(scratch.path("2.tar")))
    // A size and a number of blocks that no file of this file system has.
    try disk.edit("sif /etc/machine-id size 0x4000000000", "sif /etc/machine-id blocks 0x20000000")
    #expect { try TarArchive.write(rootOf: disk.image, to: scratch.path("3.tar")) } throws: {
      ($0 as? DiskImageError)?.kind == .tooLarge
    }
    #expect(try !scratch.names().contains("3.tar"))
  }

  /// Files with holes in every place: start, middle, end, all of it, and too small ones to be worth it.
  private func holes(_ variant: Variant) throws -> TestDisk {
    try TestDisk(variant) { scratch in
      try TestDisk.tree(scratch)
      func file(_ name: String, _ mebibytes: Int, _ pieces: [(Int64, String)]) throws {
        let path = try scratch.sparse("root/holes/\(name)", mebibytes: mebibytes)
        for (offset, text) in pieces { try scratch.patch(path, at: offset, Array(text.utf8)) }
      }
      try file("both-ends", 300, [(0, "start"), ((300 << 20) - 3, "end")])
      try file("middle", 64, [(5 << 20, "here"), ((9 << 20) + 77, String(repeating: "x", count: 70_000))])
      try file("nothing", 40, [])
      try file("many", 32, (0..<200).map { (Int64($0) << 17, "\($0)") })
      try file("ünï\n" + String(repeating: "l", count: 120), 8, [(1 << 20, "long name")])
      try file("huge", 12_000, [(10 << 30, "ten gigabytes")])
    }
  }

  @Test(
    "holes of a MiB and more stay holes: GNU tar, bsdtar and Python unpack the same bytes",
    .enabled(if: Tool.has("bsdtar", "python3"), "needs libarchive-tools and python3"),
    arguments: [Variant.plain, Variant.all[9], Variant.all[10]])
  func sparse(_ variant: Variant) throws {
    let disk = try holes(variant)
    let scratch = try #require(disk.scratch)
    let archive = scratch.path("root.tar")
    try TarArchive.write(rootOf: disk.image, to: archive)
    #expect(try SparseFile.sizes(of: archive).apparent < .mebibytes(12))
    // The longest is compared by its ends only.
    let names = ["both-ends", "middle", "nothing", "many", "ünï\n" + String(repeating: "l", count: 120)]
    let python =
      "import sys, tarfile; t = tarfile.open(sys.argv[1]); t.extractall(sys.argv[2], members=[m for m in t if '/holes/' in m.name])"
    for (tool, words) in [
      ("tar", ["-xf", archive.string, "-C"]), ("bsdtar", ["-xf", archive.string, "-C"]),
      ("python3", ["-c", python, archive.string]),
    ] {
      try scratch.write("\(tool)/x", "")
      let folder = scratch.path(tool).string
      try Tool.need(tool, words + [folder] + (tool == "python3" ? [] : ["./holes"]))
      for name in names {
        try Tool.need("cmp", [scratch.path("root/holes/" + name).string, "\(folder)/holes/\(name)"])
        #expect(
          try SparseFile.sizes(of: FilePath("\(folder)/holes/\(name)")).allocated < .mebibytes(4), "\(tool) \(name)")
      }
      let huge = FilePath("\(folder)/holes/huge")
      #expect(try SparseFile.sizes(of: huge).apparent == .mebibytes(12_000))
      let file = try FileDescriptor.open(huge, .readOnly)
      var bytes = [UInt8](repeating: 0, count: 13)
      _ = try file.closeAfter {
        try bytes.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: 10 << 30, into: $0) }
      }
      #expect(bytes == Array("ten gigabytes".utf8), "\(tool)")
    }
  }
}
