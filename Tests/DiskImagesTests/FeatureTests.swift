import DiskImages
import Glibc
import SystemPackage
import Testing

/// Features whose own data has to be kept right: either they are, or the file system is refused before a byte is written.
@Suite(
  "features of ext file systems",
  .enabled(if: Tool.has("mke2fs", "e2fsck", "debugfs", "sfdisk"), "needs e2fsprogs and fdisk"))
struct FeatureTests {
  static let refused = [
    Variant("quota", ["-t", "ext4", "-O", "quota"]),
    Variant("project", ["-t", "ext4", "-O", "project,^quota"]),
    Variant("ea_inode", ["-t", "ext4", "-O", "ea_inode"]),
    Variant("encrypt", ["-t", "ext4", "-O", "encrypt"]),
    Variant("casefold", ["-t", "ext4", "-O", "casefold", "-E", "encoding=utf8"]),
    Variant("mmp", ["-t", "ext4", "-O", "mmp"]),
  ]

  @Test("what could not be kept right is read, refused for writing by its name, and not changed", arguments: refused)
  func refusal(_ variant: Variant) throws {
    // mke2fs -d counts quotas wrong, and e2fsck waits at the mark of mmp: that no byte changes is what can be said.
    let disk = try TestDisk(variant)
    let before = try disk.digest()
    #expect {
      _ = try disk.open(.readWrite)
    } throws: {
      let error = $0 as? DiskImageError
      return error?.kind == .unsupported && error?.message.contains("'\(variant.testDescription)'") == true
    }
    let files = try disk.open(.readOnly)
    #expect(try files.readFile(ImagePath("/etc/machine-id"), limit: 99).count == 33)
    #expect(try files.list(ImagePath("/var/log/installer")).count > 20)
    #expect(try disk.digest() == before)
  }

  @Test("project quota and quota together are refused as well")
  func projectQuota() throws {
    let disk = try TestDisk(
      Variant("project quota", ["-t", "ext4", "-O", "quota,project", "-E", "quotatype=usrquota:prjquota"]))
    #expect { _ = try disk.open() } throws: { ($0 as? DiskImageError)?.kind == .unsupported }
  }

  @Test(
    "a folder with an index of 20,000 names is read, added to, thinned out and removed", arguments: ["4096"])
  func largeFolder(_ blockSize: String) throws {
    let disk = try TestDisk(Variant("large", ["-t", "ext4", "-b", blockSize, "-N", "24000"]), mebibytes: 96) {
      scratch in
      try scratch.write("root/etc/os-release", "PRETTY_NAME=Large\n")
      try scratch.write("root/large/a", "")
      try Tool.need(
        "sh",
        [
          "-c", "cd \"$1\" && seq -f 'a-rather-long-name-number-%.0f' 20000 | xargs touch", "sh",
          scratch.path("root/large").string,
        ])
    }
    // mke2fs makes plain folders; e2fsck -D gives them their index.
    _ = try Tool.run("e2fsck", ["-fyD", "\(disk.image)?offset=\(disk.extent.offset)"])
    #expect(try disk.debugfs("htree_dump /large").contains("Root node dump"))
    try disk.change { files in
      #expect(try files.list(ImagePath("/large")).count == 20_001)
      for number in stride(from: 1, through: 20_000, by: 200) {
        try files.remove(ImagePath("/large/a-rather-long-name-number-\(number)"))
      }
      for number in 0..<40 { try files.writeFile(ImagePath("/large/added-\(number)"), Array("\(number)".utf8)) }
    }
    let files = try disk.open(.readOnly)
    #expect(try files.list(ImagePath("/large")).count == 20_001 - 100 + 40)
    #expect(try files.readFile(ImagePath("/large/added-39"), limit: 9) == Array("39".utf8))
    #expect(try files.exists(ImagePath("/large/a-rather-long-name-number-2")))
    let removed = try disk.change { try $0.remove(ImagePath("/large")).names }
    #expect(removed == 19_942)
  }

  @Test("a chain of 65,536 links is not followed to its end, and goes without a trace")
  func chain() throws {
    let disk = try TestDisk(Variant("links", ["-t", "ext4", "-I", "128", "-b", "1024", "-N", "70000"]), mebibytes: 64) {
      scratch in
      try TestDisk.tree(scratch)
      for folder in 0..<256 {
        let path = scratch.path("root/chain/\(folder)").string
        try scratch.write("root/chain/\(folder)/x", "")
        unlink(path + "/x")
        for link in 0..<256 {
          let next = folder * 256 + link + 1
          symlink(next == 65_536 ? "/etc/machine-id" : "../\(next / 256)/\(next % 256)", "\(path)/\(link)")
        }
      }
    }
    let files = try disk.open(.readOnly)
    for start in ["/chain/0/0", "/chain/255/200"] {
      #expect { try files.resolve(ImagePath(start)) } throws: { ($0 as? DiskImageError)?.kind == .unsafePath }
    }
    #expect(try files.resolve(ImagePath("/chain/255/230")) == ImagePath("/etc/machine-id"))
    #expect { try files.readFile(ImagePath("/chain/0/0"), limit: 9) } throws: {
      ($0 as? DiskImageError)?.kind == .wrongType
    }
    let removed = try disk.change { try $0.remove(ImagePath("/chain")).names }
    #expect(removed == 65_536 + 257)
    #expect(try disk.open(.readOnly).readFile(ImagePath("/etc/machine-id"), limit: 99).count == 33)
  }
}
