import DiskImages
import SystemPackage
import Testing

@Suite(
  "unclean file systems", .enabled(if: Tool.has("mke2fs", "e2fsck", "debugfs", "sfdisk"), "needs e2fsprogs and fdisk"))
struct JournalReplayTests {
  /// A disk whose journal holds new contents for /etc/machine-id.
  private func dirty(_ variant: Variant, name: String = "disk.raw") throws -> TestDisk {
    let disk = try TestDisk(variant, name: name)
    let scratch = try #require(disk.scratch)
    let block = try disk.debugfs("bmap /etc/machine-id 0").split(separator: "\n")[0]
    let size = Int(try disk.open(.readOnly).blockSize)
    let contents = Array("ffffffffffffffffffffffffffffffff\n".utf8)
    let fresh = try scratch.write("block", contents + [UInt8](repeating: 0, count: size - contents.count))
    try disk.edit("jo", "jw -b \(block) \(fresh)", "jc")
    return disk
  }

  static let journaled = Variant.all.filter {
    !$0.testDescription.contains("inline") && !$0.testDescription.hasPrefix("ext2")
  }

  @Test("a journal is replayed without root: its change is there and the file system clean", arguments: journaled)
  func replay(_ variant: Variant) async throws {
    let disk = try dirty(variant)
    #expect { _ = try disk.open() } throws: { ($0 as? DiskImageError)?.kind == .needsRecovery }
    #expect { try FreeSpaceZeroing.zero(image: disk.image, partition: disk.extent) } throws: {
      ($0 as? DiskImageError)?.kind == .needsRecovery
    }
    #expect(try await JournalReplay.run(disk.image, in: disk.extent, run: Tool.runner) == .replayed)
    try disk.requireClean()
    #expect(try disk.open(.readOnly).readFile(ImagePath("/etc/machine-id"), limit: 99).first == UInt8(ascii: "f"))
    try disk.change { try $0.remove(ImagePath("/var/log/installer")) }
    #expect(try await JournalReplay.run(disk.image, in: disk.extent, run: Tool.runner) == .notNeeded)
  }

  @Test("a file system that was not unmounted, or is marked as faulty, is checked and repaired")
  func unmounted() async throws {
    for state in ["0", "3"] {
      let disk = try TestDisk()
      try disk.edit("ssv state \(state)")
      #expect { _ = try disk.open() } throws: { ($0 as? DiskImageError)?.kind == .needsRecovery }
      #expect(try await JournalReplay.run(disk.image, in: disk.extent, run: Tool.runner) == .repaired)
      _ = try disk.open()
    }
  }

  @Test("files that were deleted while open are let go")
  func orphans() async throws {
    let disk = try TestDisk()
    let inode = try #require(try disk.open(.readOnly).status(ImagePath("/usr/bin/tool"))).inode
    try disk.edit("unlink /usr/bin/tool", "sif <\(inode)> links_count 0", "ssv last_orphan \(inode)")
    #expect { _ = try disk.open() } throws: { ($0 as? DiskImageError)?.kind == .needsRecovery }
    #expect(try await JournalReplay.run(disk.image, in: disk.extent, run: Tool.runner) == .repaired)
    try disk.requireClean()
  }

  @Test("a journal that cannot be replayed keeps its flag and is an error")
  func broken() async throws {
    let disk = try dirty(.plain)
    let copy = try FileDigest.sha256(disk.image)
    await #expect { try await JournalReplay.run(disk.image, in: disk.extent, run: { _ in 8 }) } throws: {
      ($0 as? DiskImageError)?.kind == .needsRecovery
    }
    #expect(try FileDigest.sha256(disk.image) == copy)
  }

  @Test("the check runs in the image's folder, so that odd folder names do no harm, and refuses odd file names")
  func names() async throws {
    let disk = try TestDisk(name: "disk.raw")
    let scratch = try #require(disk.scratch)
    let odd = scratch.path("label=x?y,z: w")
    try Tool.need("mkdir", [odd.string])
    try SparseFile.copy(disk.image, to: odd.appending("-disk.raw"))
    try await FileSystemCheck.check(odd.appending("-disk.raw"), in: disk.extent, run: Tool.runner)
    for name in ["a?b.raw", "LABEL=root"] {
      #expect { try FileSystemCheck.command(scratch.path(name), in: disk.extent) } throws: {
        ($0 as? DiskImageError)?.kind == .unsafePath
      }
    }
  }

  @Test("a damaged file system fails the check; what e2fsck's exit status means")
  func judged() async throws {
    let disk = try TestDisk()
    try disk.edit("clri /etc/machine-id")
    await #expect { try await FileSystemCheck.check(disk.image, in: disk.extent, run: Tool.runner) } throws: {
      ($0 as? DiskImageError)?.kind == .corrupt
    }
    func kind(_ status: Int32, _ mode: FileSystemCheck.Mode) -> DiskImageError.Kind? {
      do { try FileSystemCheck.judge(status, "x", mode: mode) } catch { return (error as? DiskImageError)?.kind }
      return nil
    }
    #expect(kind(0, .look) == nil && kind(1, .look) == .corrupt && kind(4, .look) == .corrupt)
    #expect(kind(1, .preen) == nil && kind(4, .preen) == .corrupt && kind(12, .preen) == .toolFailed)
    #expect(kind(8, .look) == .toolFailed && kind(127, .look) == .toolFailed)
  }
}
