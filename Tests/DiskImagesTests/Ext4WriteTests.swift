import DiskImages
import SystemPackage
import Testing

@Suite(
  "writing into an image", .enabled(if: Tool.has("mke2fs", "e2fsck", "debugfs", "sfdisk"), "needs e2fsprogs and fdisk"))
struct Ext4WriteTests {
  @Test("files are made, replaced, emptied and cut, and the file system stays clean", arguments: Variant.all)
  func files(_ variant: Variant) throws {
    let disk = try TestDisk(variant)
    let long = (0..<90_001).map { UInt8(truncatingIfNeeded: $0 &* 7 >> 3) }
    try disk.change { files in
      try files.writeFile(
        ImagePath("/etc/new"), Array("hello\n".utf8), Ext4Attributes(permissions: 0o600, owner: 70_000, group: 5))
      try files.writeFile(ImagePath("/etc/long"), long)
      try files.truncate(ImagePath("/etc/machine-id"))
    }
    #expect(try disk.debugfs("cat /etc/new") == "hello\n")
    let status = try #require(try disk.open(.readOnly).status(ImagePath("/etc/new")))
    #expect(status.permissions == 0o600 && status.owner == 70_000 && status.group == 5 && status.links == 1)
    #expect(try disk.open(.readOnly).readFile(ImagePath("/etc/long"), limit: 1 << 20) == long)
    #expect(try disk.open(.readOnly).readFile(ImagePath("/etc/machine-id"), limit: 9).isEmpty)
    // Longer, shorter, tiny, and over the edge of inline data.
    for contents in [Array(long.prefix(5000)), [7], Array(long.prefix(150)), [], Array(long.prefix(61))] {
      try disk.change { try $0.writeFile(ImagePath("/etc/new"), contents) }
      #expect(try disk.open(.readOnly).readFile(ImagePath("/etc/new"), limit: 1 << 20) == contents)
    }
    try disk.change { files in
      try files.truncate(ImagePath("/etc/long"), to: 12_345)
      try files.truncate(ImagePath("/etc/new"), to: 33)
    }
    #expect(try disk.open(.readOnly).readFile(ImagePath("/etc/long"), limit: 1 << 20) == Array(long.prefix(12_345)))
    #expect(try disk.open(.readOnly).readFile(ImagePath("/etc/new"), limit: 1 << 20) == Array(long.prefix(33)))
    #expect(try disk.open(.readOnly).status(ImagePath("/etc/new"))?.permissions == 0o600)
  }

  @Test("folders and symlinks are made, full folders grow, and the file system stays clean", arguments: Variant.all)
  func foldersAndLinks(_ variant: Variant) throws {
    let disk = try TestDisk(variant)
    try disk.change { files in
      try files.makeFolder(
        ImagePath("/etc/systemd/system/multi-user.target.wants"), Ext4Attributes(permissions: 0o750, group: 4))
      try files.makeSymlink(
        ImagePath("/etc/systemd/system/multi-user.target.wants/keys.service"), to: "/etc/systemd/system/keys.service")
      try files.makeSymlink(ImagePath("/etc/long"), to: String(repeating: "y", count: 200))
      try files.makeFolder(ImagePath("/etc/full"))
      for number in 0..<150 {
        try files.writeFile(ImagePath("/etc/full/of-quite-long-file-names-\(number)"), [])
      }
    }
    #expect(
      try disk.debugfs("stat /etc/systemd/system/multi-user.target.wants/keys.service").contains(
        "/etc/systemd/system/keys.service"))
    let files = try disk.open(.readOnly)
    #expect(try files.readLink(ImagePath("/etc/long")).count == 200)
    #expect(try files.list(ImagePath("/etc/full")).count == 150)
    #expect(try files.status(ImagePath("/etc/systemd/system/multi-user.target.wants"))?.permissions == 0o750)
    #expect(try files.status(ImagePath("/etc/systemd"))?.links == 3)
  }

  @Test(
    "a replaced file keeps its SELinux label and other attributes, a new one gets its folder's label",
    arguments: Variant.all)
  func labels(_ variant: Variant) throws {
    // Revision 0 has no attributes.
    if variant.options.contains("-r") { return }
    let disk = try TestDisk(variant)
    let label = Array("system_u:object_r:etc_t:s0\0".utf8)
    let big = [UInt8](repeating: 0x62, count: 300)
    try disk.change { files in
      try files.setAttribute("security.selinux", of: ImagePath("/etc"), to: label)
      try files.setAttribute("security.selinux", of: ImagePath("/etc/machine-id"), to: Array("special\0".utf8))
      try files.setAttribute("user.big", of: ImagePath("/etc/machine-id"), to: big)
    }
    try disk.change { files in
      try files.writeFile(ImagePath("/etc/machine-id"), Array("uninitialized\n".utf8))
      try files.writeFile(ImagePath("/etc/new"), Array("x".utf8))
      try files.makeFolder(ImagePath("/etc/folder"))
    }
    let files = try disk.open(.readOnly)
    #expect(try files.attribute("security.selinux", of: ImagePath("/etc/machine-id")) == Array("special\0".utf8))
    #expect(try files.attribute("user.big", of: ImagePath("/etc/machine-id")) == big)
    #expect(try files.attribute("security.selinux", of: ImagePath("/etc/new")) == label)
    #expect(try files.attribute("security.selinux", of: ImagePath("/etc/folder")) == label)
    #expect(try files.attribute("user.none", of: ImagePath("/etc/new")) == nil)
    #expect(try disk.debugfs("ea_get /etc/machine-id user.big").contains(String(repeating: "b", count: 300)))
    try disk.change { try $0.remove(ImagePath("/etc")) }
  }

  @Test("owner and permissions are changed, not those of a symlink")
  func attributes() throws {
    let disk = try TestDisk()
    try disk.change {
      try $0.setAttributes(ImagePath("/etc/machine-id"), Ext4Attributes(permissions: 0o444, owner: 1000))
    }
    let status = try #require(try disk.open(.readOnly).status(ImagePath("/etc/machine-id")))
    #expect(status.permissions == 0o444 && status.owner == 1000 && status.kind == .file)
    let files = try disk.open()
    #expect {
      try files.setAttributes(ImagePath("/var/log/linked-folder"), Ext4Attributes(permissions: 0o777))
    } throws: {
      ($0 as? DiskImageError)?.kind == .wrongType
    }
  }

  @Test("what does not fit is refused before anything is changed")
  func full() throws {
    let disk = try TestDisk(mebibytes: 20)
    let files = try disk.open()
    let before = files.freeBytes
    #expect { try files.writeFile(ImagePath("/etc/huge"), [UInt8](repeating: 1, count: 30 << 20)) } throws: {
      ($0 as? DiskImageError)?.kind == .noSpace
    }
    #expect(try !files.exists(ImagePath("/etc/huge")) && files.freeBytes == before)
    try files.close()
    try disk.requireClean()
  }

  @Test("names that are taken, folders that are missing and useless targets are refused")
  func refusals() throws {
    let disk = try TestDisk()
    let files = try disk.open()
    func kind(_ body: () throws -> Void) -> DiskImageError.Kind? {
      do { try body() } catch { return (error as? DiskImageError)?.kind }
      return nil
    }
    #expect(kind { try files.makeSymlink(ImagePath("/etc/machine-id"), to: "x") } == .exists)
    #expect(kind { try files.makeSymlink(ImagePath("/etc/l"), to: "") } == .unsafePath)
    #expect(kind { try files.makeSymlink(ImagePath("/etc/l"), to: String(repeating: "x", count: 5000)) } == .unsafePath)
    #expect(kind { try files.writeFile(ImagePath("/none/x"), []) } == .notFound)
    #expect(kind { try files.writeFile(ImagePath("/etc/machine-id/x"), []) } != nil)
    #expect(kind { try files.writeFile(ImagePath("/etc"), []) } == .wrongType)
    #expect(kind { try files.makeFolder(ImagePath("/etc/machine-id")) } == .wrongType)
    #expect(kind { try files.truncate(ImagePath("/none")) } == .notFound)
    try files.close()
    try disk.requireClean()
  }

  @Test("a handle that is dropped writes neither bitmaps nor superblock")
  func dropped() throws {
    let disk = try TestDisk()
    do { _ = try disk.open() }
    try disk.requireClean()
  }
}
