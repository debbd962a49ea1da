import DiskImages
import Testing

@Suite(
  "removing from an image", .enabled(if: Tool.has("mke2fs", "e2fsck", "debugfs", "sfdisk"), "needs e2fsprogs and fdisk")
)
struct Ext4RemoveTests {
  @Test("a folder goes with everything in it and the file system stays clean", arguments: Variant.all)
  func folder(_ variant: Variant) throws {
    let disk = try TestDisk(variant)
    try disk.debugfs("ea_set /var/log/installer/part-3.log user.big \(String(repeating: "v", count: 300))", write: true)
    try disk.edit("cd /var/log/installer", "mknod device b 8 0")
    let free = try disk.open(.readOnly).freeBytes
    let removal = try disk.change { try $0.remove(ImagePath("/var/log/installer")) }
    #expect(removal.names == 33)
    let files = try disk.open(.readOnly)
    #expect(try !files.exists(ImagePath("/var/log/installer")))
    #expect(files.freeBytes == free + removal.bytes)
    #expect(try files.status(ImagePath("/var/log/keep"))?.links == 1)
    #expect(try disk.open(.readOnly).readFile(ImagePath("/var/log/keep"), limit: 99) == Array("kept\n".utf8))
    #expect(try files.status(ImagePath("/var/log"))?.links == 2)
  }

  @Test("a folder with an index tree and 5,000 entries goes in one call or one by one")
  func large() throws {
    let disk = try TestDisk(mebibytes: 64) { scratch in
      for number in 0..<5000 { try scratch.write("root/a/a-rather-long-name-number-\(number)", "") }
      for number in 0..<500 { try scratch.write("root/b/a-rather-long-name-number-\(number)", "x") }
    }
    // mke2fs makes plain folders; e2fsck -D gives them their index.
    _ = try Tool.run("e2fsck", ["-fyD", "\(disk.image)?offset=\(disk.extent.offset)"])
    #expect(try disk.debugfs("htree_dump /a").contains("Root node dump"))
    let removed = try disk.change { files in
      try files.writeFile(ImagePath("/b/new"), [1])
      return try files.remove(ImagePath("/a")).names + files.removeContents(of: ImagePath("/b")).names
    }
    #expect(removed == 5001 + 501)
    #expect(try disk.open(.readOnly).list(ImagePath("/b")).isEmpty)
  }

  @Test("a symlink is removed itself, its target stays")
  func symlink() throws {
    let disk = try TestDisk()
    try disk.change { try $0.remove(ImagePath("/var/log/linked-folder")) }
    #expect(try disk.open(.readOnly).exists(ImagePath("/etc/machine-id")))
  }

  @Test("a path through a symlink is refused, for removing and for writing")
  func throughSymlink() throws {
    let disk = try TestDisk()
    let files = try disk.open()
    let path = try ImagePath("/var/log/linked-folder/machine-id")
    #expect { try files.remove(path) } throws: { ($0 as? DiskImageError)?.kind == .unsafePath }
    #expect { try files.writeFile(path, [1]) } throws: { ($0 as? DiskImageError)?.kind == .unsafePath }
    #expect { try files.readFile(path, limit: 99) } throws: { ($0 as? DiskImageError)?.kind == .unsafePath }
    #expect { try files.writeFile(ImagePath("/var/log/installer/shadow"), [1]) } throws: {
      ($0 as? DiskImageError)?.kind == .wrongType
    }
  }

  @Test("the root and lost+found cannot be removed, what is not there is no error")
  func special() throws {
    let disk = try TestDisk()
    let files = try disk.open()
    for path in ["/", "/lost+found", "./lost+found/"] {
      #expect { try files.remove(ImagePath(path)) } throws: { ($0 as? DiskImageError)?.kind == .unsafePath }
    }
    #expect(try files.remove(ImagePath("/no/such/thing")).names == 0)
    #expect(throws: DiskImageError.self) { try ImagePath("/var/../etc") }
    #expect(throws: DiskImageError.self) { try ImagePath("/etc/\0shadow") }
  }

  @Test("a read-only handle changes nothing")
  func readOnly() throws {
    let disk = try TestDisk()
    let files = try disk.open(.readOnly)
    #expect { try files.remove(ImagePath("/etc")) } throws: { ($0 as? DiskImageError)?.kind == .readOnly }
    #expect { try files.writeFile(ImagePath("/etc/x"), []) } throws: { ($0 as? DiskImageError)?.kind == .readOnly }
  }

  @Test("a folder that holds its own parent is refused before anything is changed")
  func loop() throws {
    let disk = try TestDisk()
    try disk.debugfs("link /var/log /var/log/installer/cdebconf/loop", write: true)
    let before = try disk.digest()
    do {
      let files = try disk.open()
      #expect { try files.remove(ImagePath("/var/log/installer")) } throws: {
        ($0 as? DiskImageError)?.kind == .corrupt
      }
      #expect { try files.walk(ImagePath("/var")) { _, _ in } } throws: { ($0 as? DiskImageError)?.kind == .corrupt }
    }
    #expect(try disk.digest() == before)
  }

  @Test("names with newlines and escape codes are found, removed, and never shown as they are")
  func oddNames() throws {
    let disk = try TestDisk { scratch in
      try scratch.write("root/d/a\nb\u{1B}[31m", "x")
      try scratch.write("root/d/-rf", "x")
    }
    let files = try disk.open(.readOnly)
    let shown = try files.list(ImagePath("/d")).map(\.shownName)
    #expect(shown.allSatisfy { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 } })
    try disk.change { files in
      for path in try files.expand("/d/*") { try files.remove(path) }
      #expect(try files.list(ImagePath("/d")).isEmpty)
    }
  }
}
