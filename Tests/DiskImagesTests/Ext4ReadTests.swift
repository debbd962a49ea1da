import DiskImages
import Glibc
import SystemPackage
import Testing

@Suite(
  "reading from an image", .enabled(if: Tool.has("mke2fs", "e2fsck", "debugfs", "sfdisk"), "needs e2fsprogs and fdisk"))
struct Ext4ReadTests {
  @Test("contents, symlinks and sizes are those that were put in, and reading changes no byte", arguments: Variant.all)
  func contents(_ variant: Variant) throws {
    let disk = try TestDisk(variant)
    let before = try disk.digest()
    let files = try disk.open(.readOnly)
    #expect(try files.readFile(ImagePath("/etc/machine-id"), limit: 99).count == 33)
    let sparse = try files.readFile(ImagePath("/var/log/installer/sparse"), limit: 9 << 20)
    // mke2fs 1.47 with inline data cuts the trailing hole off, so the whole length is not looked at.
    #expect(sparse.count > 5 << 20 && Array(sparse[(5 << 20)..<(5 << 20) + 6]) == Array("middle".utf8))
    #expect(try files.readLink(ImagePath("/var/log/installer/short-link")) == "part-1.log")
    #expect(try files.readLink(ImagePath("/var/log/installer/long-link")).count == 150)
    #expect(try files.status(ImagePath("/var/log/installer/fifo"))?.kind == .fifo)
    #expect(try files.status(ImagePath("/var/log/keep"))?.links == 2)
    #expect(try files.status(ImagePath("/nothing")) == nil)
    #expect(try files.osRelease() == "Test GNU/Linux 13")
    #expect(try disk.digest() == before)
  }

  @Test("a file is saved on the host, no more of it than allowed")
  func save() throws {
    let disk = try TestDisk()
    let scratch = try #require(disk.scratch)
    let files = try disk.open(.readOnly)
    let target = try FileDescriptor.open(
      scratch.path("saved"), .writeOnly, options: [.create], permissions: [.ownerReadWrite])
    #expect(try files.copyFile(ImagePath("/usr/bin/tool"), to: target, limit: 1 << 20))
    #expect(try !files.copyFile(ImagePath("/usr/bin/tool"), to: target, limit: 10))
    try target.close()
    #expect(try scratch.read(scratch.path("saved")).count == 300_010)
    #expect { try files.readFile(ImagePath("/usr/bin/tool"), limit: 299_999) } throws: {
      ($0 as? DiskImageError)?.kind == .tooLarge
    }
  }

  @Test("only regular files are read: no symlink, no pipe, no folder")
  func kinds() throws {
    let disk = try TestDisk()
    let files = try disk.open(.readOnly)
    for path in ["/var/log/installer/shadow", "/var/log/installer/fifo", "/etc"] {
      #expect { try files.readFile(ImagePath(path), limit: 99) } throws: { ($0 as? DiskImageError)?.kind == .wrongType }
    }
    #expect { try files.readLink(ImagePath("/etc")) } throws: { ($0 as? DiskImageError)?.kind == .wrongType }
    #expect { try files.list(ImagePath("/etc/machine-id")) } throws: { ($0 as? DiskImageError)?.kind == .wrongType }
  }

  @Test("patterns match within one folder, never through a symlink")
  func patterns() throws {
    let disk = try TestDisk { scratch in
      try TestDisk.tree(scratch)
      try scratch.write("root/var/log/.hidden", "")
    }
    let files = try disk.open(.readOnly)
    func names(_ pattern: String) throws -> [String] { try files.expand(pattern).map(\.description) }
    #expect(try names("/var/log/installer/part-1?.log").count == 10)
    #expect(try names("var/*/keep") == ["/var/log/keep"])
    #expect(try names("/var/log/*") == ["/var/log/installer", "/var/log/keep", "/var/log/linked-folder"])
    #expect(try names("/var/log/.h*") == ["/var/log/.hidden"])
    #expect(try names("/var/log/*/machine-id").isEmpty)
    #expect(try names("/none/*").isEmpty)
    #expect(try names("/etc/machine-id/*").isEmpty)
    #expect { try names("/var/log/linked-folder/*") } throws: { ($0 as? DiskImageError)?.kind == .unsafePath }
    #expect { try files.expand("/var/log/installer/*", limit: 3) } throws: {
      ($0 as? DiskImageError)?.kind == .tooLarge
    }
    #expect(throws: DiskImageError.self) { try files.expand("/var/../etc/*") }
  }

  @Test("a chain of symlinks is resolved inside the image, up to forty of them")
  func chains() throws {
    let disk = try TestDisk { scratch in
      try TestDisk.tree(scratch)
      let root = scratch.path("root").string
      symlink("../../../../../../etc", "\(root)/up")
      symlink("/etc/machine-id", "\(root)/absolute")
      symlink("loop-b", "\(root)/loop-a")
      symlink("loop-a", "\(root)/loop-b")
      for number in 0..<100 { symlink("chain-\(number + 1)", "\(root)/chain-\(number)") }
    }
    let files = try disk.open(.readOnly)
    #expect(try files.resolve(ImagePath("/up/machine-id")) == ImagePath("/etc/machine-id"))
    #expect(try files.resolve(ImagePath("/absolute")) == ImagePath("/etc/machine-id"))
    #expect(try files.resolve(ImagePath("/var/log/installer/shadow")) == nil)
    #expect(try files.resolve(ImagePath("/chain-90")) == nil)
    for path in ["/loop-a", "/chain-1"] {
      #expect { try files.resolve(ImagePath(path)) } throws: { ($0 as? DiskImageError)?.kind == .unsafePath }
    }
  }

  @Test("everything below a folder is visited once, with a limit")
  func walking() throws {
    let disk = try TestDisk()
    let files = try disk.open(.readOnly)
    var seen: [String] = []
    try files.walk(ImagePath("/var")) { path, _ in seen.append(path.description) }
    #expect(seen.count == Set(seen).count && seen.contains("/var/log/installer/cdebconf/deep/er/file"))
    #expect(!seen.contains { $0.hasPrefix("/var/log/linked-folder/") })
    #expect { try files.walk(.root, limit: 5) { _, _ in } } throws: { ($0 as? DiskImageError)?.kind == .tooLarge }
  }
}
