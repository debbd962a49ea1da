import Foundation
import Installers
import Model
import Testing

/// A layout that cannot be, and what is said about it.
struct LayoutRefusal: Sendable, CustomTestStringConvertible {
  var setting: String
  var says: String
  var size: ByteSize?
  var change: @Sendable (inout DiskLayout) -> Void

  init(
    _ setting: String, _ says: String, size: ByteSize? = nil, _ change: @escaping @Sendable (inout DiskLayout) -> Void
  ) {
    self.setting = setting
    self.says = says
    self.size = size
    self.change = change
  }

  var testDescription: String { "\(setting): \(says)" }

  private static func srv(_ disk: inout DiskLayout, _ change: (inout PartitionRequest) -> Void) {
    change(&disk.partitions[1])
  }

  static let all: [LayoutRefusal] = [
    LayoutRefusal("partitions", "no partition is mounted on '/'") { $0.partitions.removeFirst() },
    LayoutRefusal("partitions", "no partition is mounted on '/'") { $0.partitions = [] },
    LayoutRefusal("partition:srv", "takes the rest") { srv(&$0) { $0.size = nil } },
    LayoutRefusal("partition:data", "takes the rest") {
      $0.partitions.append(LayoutSample.partition("data", nil, .ext4, "/data", group: "vg"))
    },
    LayoutRefusal("partition:two", "takes the rest") {
      $0.partitions[0].size = .gibibytes(1)
      $0.partitions.append(LayoutSample.partition("one", nil, .ext4, "/one", group: "vg"))
      $0.partitions.append(LayoutSample.partition("two", nil, .ext4, "/two", group: "vg"))
    },
    LayoutRefusal("partition:root", "two partitions have this name") { srv(&$0) { $0.name = "root" } },
    LayoutRefusal("partition:srv", "is the mount point of 'partition:root'") { srv(&$0) { $0.mountPoint = "/" } },
    LayoutRefusal("partition:srv", "is the label of 'partition:root'") {
      $0.partitions[0].fileSystemLabel = "srv"
    },
    LayoutRefusal("partition:a b", "a partition's name") { srv(&$0) { $0.name = "a b" } },
    LayoutRefusal("partition:srv", "is no label of xfs") { srv(&$0) { $0.fileSystemLabel = "thirteen-long" } },
    LayoutRefusal("partition:srv", "is no label of vfat") {
      srv(&$0) {
        $0.fileSystem = .vfat
        $0.fileSystemLabel = "twelve-chars"
      }
    },
    LayoutRefusal("partition:srv", "is no label of xfs") { srv(&$0) { $0.fileSystemLabel = "a } b" } },
    LayoutRefusal("partition:swap", "is no label of swap") { $0.partitions[2].fileSystemLabel = "sixteen-letters." },
    LayoutRefusal("partition:srv", "is no mount point") { srv(&$0) { $0.mountPoint = "srv" } },
    LayoutRefusal("partition:srv", "is no mount point") { srv(&$0) { $0.mountPoint = "/a/../b" } },
    LayoutRefusal("partition:srv", "is no mount point") { srv(&$0) { $0.mountPoint = "/srv/" } },
    LayoutRefusal("partition:srv", "is no mount point") { srv(&$0) { $0.mountPoint = "//srv" } },
    LayoutRefusal("partition:srv", "is no mount point") { srv(&$0) { $0.mountPoint = "/srv\nd-i x/y boolean true" } },
    LayoutRefusal("partition:srv", "is no name of a volume group") { srv(&$0) { $0.volumeGroup = "-vg" } },
    LayoutRefusal("partition:srv", "is no argument of mkfs") { srv(&$0) { $0.mkfsOptions = ["$(reboot)"] } },
    LayoutRefusal("partition:srv", "every other file system needs one") { srv(&$0) { $0.mountPoint = nil } },
    LayoutRefusal("partition:swap", "swap has no mount point") { $0.partitions[2].mountPoint = "/swap" },
    LayoutRefusal("partition:root", "'vfat' cannot hold '/'") { $0.partitions[0].fileSystem = .vfat },
    LayoutRefusal("partition:srv", "'vfat' cannot hold '/srv'") {
      srv(&$0) { ($0.fileSystem, $0.fileSystemLabel) = (.vfat, nil) }
    },
    LayoutRefusal("partition:swap", "is too small") { $0.partitions[2].size = .kibibytes(1023) },
    LayoutRefusal("partition:esp", "the EFI system partition is") {
      $0.partitions.append(LayoutSample.partition("esp", 512, .ext4, "/boot/efi"))
    },
    LayoutRefusal("partition:esp", "the EFI system partition is") {
      $0.partitions.append(LayoutSample.partition("esp", 512, .vfat, "/boot/efi", group: "vg"))
    },
    LayoutRefusal("partition:esp", "the EFI system partition is") {
      $0.partitions[0].size = .gibibytes(1)
      $0.partitions.append(LayoutSample.partition("esp", nil, .vfat, "/boot/efi"))
    },
    LayoutRefusal("partition:esp", "at least 64 MiB") {
      $0.partitions.append(LayoutSample.partition("esp", 32, .vfat, "/boot/efi"))
    },
    LayoutRefusal("partition-table", "'msdos' does not go with 'firmware = uefi'") { $0.label = .msdos },
    LayoutRefusal("partition-table", "more than four partitions") {
      ($0.label, $0.firmware) = (.msdos, .bios)
      $0.partitions.append(LayoutSample.partition("a", 100, .ext4, "/a"))
      $0.partitions.append(LayoutSample.partition("b", 100, .ext4, "/b", group: "vg"))
    },
    LayoutRefusal("partitions", "the disk has 1 GiB", size: .gibibytes(1)) {
      $0.partitions[0].size = .gibibytes(1)
    },
    // 512 of the ESP, 512 of /srv, 256 of swap: no room for a root.
    LayoutRefusal("partitions", "the disk has 1.3 GiB", size: .mebibytes(1300)) { _ in },
  ]
}

@Suite("layouts that cannot be")
struct LayoutRefusalTests {
  @Test("are refused with the section's name and place", arguments: LayoutRefusal.all)
  func refuses(refusal: LayoutRefusal) throws {
    var disk = LayoutSample.uefi
    refusal.change(&disk)
    var request = LayoutSample.request(disk, size: refusal.size)
    request.origins = [refusal.setting: SourceLocation(file: "x.conf", line: 7)]
    let error = try #require(throws: FactoryError.self) { try PartitionLayout(request) }
    #expect(error.status == .configInvalid)
    #expect(error.message.hasPrefix("'\(refusal.setting)'"), "\(error.message)")
    #expect(error.message.contains(refusal.says), "\(error.message)")
    #expect(error.location?.line == 7)
    #expect(!error.message.contains("\n"))
  }

  @Test("a section without a place of its own is shown where the list stands")
  func fallsBack() throws {
    var disk = LayoutSample.uefi
    disk.partitions[1].size = nil
    var request = LayoutSample.request(disk)
    request.origins = ["partitions": SourceLocation(file: "x.conf", line: 3)]
    let error = try #require(throws: FactoryError.self) { try PartitionLayout(request) }
    #expect(error.location?.line == 3)
  }

  @Test(
    "the longest label of swap is kept by mkswap, and one letter more is cut without a word",
    .enabled(if: Place.tool("mkswap") != nil && Place.tool("swaplabel") != nil, "needs mkswap and swaplabel"))
  func swapLabels() throws {
    try withFolder { folder in
      let file = "\(folder)/swap"
      #expect(FileManager.default.createFile(atPath: file, contents: Data(count: 1 << 20)))
      for (label, isKept) in [("fifteen-letters", true), ("sixteen-letters.", false)] {
        #expect(try run("mkswap", "-L", label, file).status == 0)
        let kept = try run("swaplabel", file).output
        #expect(kept.split(whereSeparator: \.isWhitespace).contains(Substring(label)) == isKept, "\(kept)")
        var disk = LayoutSample.uefi
        disk.partitions[2].fileSystemLabel = label
        let layout = try? PartitionLayout(LayoutSample.request(disk))
        #expect((layout != nil) == isKept)
      }
    }
  }
}
