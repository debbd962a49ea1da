import DiskImages
import Glibc
import Model
import SystemPackage
import Testing

@Suite(
  "file systems put together by the guest's fstab",
  .enabled(if: Tool.has("mke2fs", "e2fsck", "debugfs", "sfdisk"), "needs e2fsprogs and fdisk"))
struct GuestSystemTests {
  private static let uuid = "11111111-2222-3333-4444-555555555555"

  /// Root, `/var` (by UUID), `/home` (by label) and one that nothing mounts, 24 MiB each.
  private struct Disk {
    let scratch: Scratch
    let image: FilePath

    static func place(_ number: Int64) -> ImageExtent {
      ImageExtent(offset: (1 + 24 * (number - 1)) << 20, length: 24 << 20)
    }

    init(fstab: String) throws {
      scratch = try Scratch()
      image = try scratch.sparse("disk.raw", mebibytes: 98)
      try TestDisk.sfdisk(
        scratch, image,
        "label: gpt\n" + (0..<4).map { "start=\(2048 + $0 * 49152),size=49152,name=part\($0 + 1)\n" }.joined())
      try scratch.write("root/etc/os-release", "PRETTY_NAME=Parts\n")
      try scratch.write("root/etc/fstab", fstab)
      try scratch.write("root/usr/x", "")
      try scratch.write("root/var/hidden", "below the mount point")
      try scratch.write("root/home/x", "")
      try scratch.write("var/log/installer/syslog", "log")
      try scratch.write("var/log/other", "other")
      try scratch.write("home/tester/.bash_history", "ls")
      try scratch.write("spare/etc-of-nobody", "x")
      for (number, name, options) in [
        (1, "root", []), (2, "var", ["-U", GuestSystemTests.uuid]), (3, "home", ["-L", "people"]), (4, "spare", []),
      ] as [(Int64, String, [String])] {
        try TestDisk.mkfs(image, Disk.place(number), ["-t", "ext4", "-d", scratch.path(name).string] + options)
      }
    }

    func system() throws -> GuestSystem {
      let table = try PartitionTable.read(image)
      return try GuestSystem(image, table, root: RootPartition.find(in: image, table))
    }

    func requireClean() throws {
      for number in 1...4 {
        let result = try Tool.run("e2fsck", ["-fn", "\(image)?offset=\(Disk.place(Int64(number)).offset)"])
        try #require(result.status == 0, "\(number): \(result.output)")
      }
    }
  }

  private static let fstab = """
    # a comment
    UUID=\(uuid) /var ext4 defaults 0 2
    LABEL=people\t/home\text4,ext3\tdefaults\t0 2
    /dev/sr0 /media/cdrom udf,iso9660 user,noauto 0 0

    """

  @Test("each file system is found by UUID, label, name of its partition or device, with its place")
  func found() throws {
    #expect(
      try Disk(fstab: Self.fstab).system().mounts.map { "\($0.place) \($0.name)" } == ["/var 2", "/home 3"])
    for source in [
      "/dev/vda2", "/dev/sda2", "/dev/nvme0n1p2", "/dev/disk/by-uuid/\(Self.uuid)", "UUID=\"\(Self.uuid)\"",
      "UUID=\(Self.uuid.uppercased())", "PARTLABEL=part2",
    ] {
      let mounts = try Disk(fstab: "\(source) /srv\\040data auto\n").system().mounts
      #expect(mounts.map { "\($0.place) \($0.name)" } == ["/srv data 2"], "\(source)")
    }
  }

  @Test("a path acts in the file system that is mounted there; what is hidden below a mount point is not touched")
  func acts() throws {
    let disk = try Disk(fstab: Self.fstab)
    let files = try GuestFiles(disk.system())
    #expect(try files.expand("/var/log/*").map(\.description) == ["/var/log/installer", "/var/log/other"])
    #expect(try files.expand("/*/log/installer/sys*").map(\.description) == ["/var/log/installer/syslog"])
    #expect(try files.status(ImagePath("/var/hidden")) == nil)
    #expect(try files.list(ImagePath("/home")).map(\.shownName) == ["tester"])
    #expect(try files.readFile(ImagePath("/home/tester/.bash_history"), limit: 9) == Array("ls".utf8))
    var seen: [String] = []
    try files.walk(.root) { path, _ in seen.append(path.description) }
    #expect(seen.count == Set(seen).count && seen.contains("/var/log/other") && seen.contains("/home/tester"))
    #expect(!seen.contains("/var/hidden") && !seen.contains("/home/x"))

    try files.remove(ImagePath("/var/log/installer"))
    try files.writeFile(ImagePath("/var/log/new"), [1])
    try files.makeFolder(ImagePath("/home/new/folder"))
    try files.makeSymlink(ImagePath("/etc/link"), to: "x")
    try files.truncate(ImagePath("/var/log/other"))
    // A mount point stays though it was named; what is in it goes.
    #expect(try files.remove(ImagePath("/home")).names == 4)
    try files.close()
    try disk.requireClean()
    func names(_ number: Int64, _ folder: String) throws -> [String] {
      try Ext4FileSystem.open(image: disk.image, extent: Disk.place(number), mode: .readOnly).list(ImagePath(folder))
        .map(\.shownName).filter { $0 != "lost+found" }.sorted()
    }
    #expect(try names(1, "/var") == ["hidden"] && names(1, "/home") == ["x"] && names(1, "/etc").contains("link"))
    #expect(try names(2, "/log") == ["new", "other"] && names(3, "/") == [] && names(4, "/") == ["etc-of-nobody"])
  }

  private static let hostileTables: [(String, [String])] = [
    ("/dev/loop0 /var ext4\n/etc/passwd /home ext4\n/dev/sdb2 /srv ext4\n", []),
    ("UUID=\(uuid) ../../etc ext4\nUUID=\(uuid) relative ext4\nUUID=\(uuid) / ext4\n", []),
    ("UUID=\(uuid) /var ext4\nUUID=\(uuid) /var/again ext4\n/dev/vda2 /home ext4\n", ["/var 2"]),
    ("/dev/vda1 /var ext4\nPARTLABEL=part1 /home ext4\n", []),
    ("UUID=\(uuid) /var ext4\nLABEL=people /var ext4\n", ["/var 2"]),
    ("UUID=\(uuid) /var xfs\nLABEL=people /home ext4 noauto\n", []),
    (String(repeating: "x", count: 70_000) + "\nUUID=\(uuid) /var ext4\n", []),
    ("UUID=\(uuid) /\u{1B}[2J/\\012 ext4\n\0\0\0 \0 \0\n", ["/\u{FFFD}[2J/\u{FFFD} 2"]),
    ("UUID= /var ext4\nLABEL= /home ext4\nUUID /srv\n\n \n", []),
  ]

  @Test(
    "a hostile fstab reaches nothing but the image's own file systems, each once and in one place",
    arguments: GuestSystemTests.hostileTables)
  func hostile(_ fstab: String, _ expected: [String]) throws {
    let disk = try Disk(fstab: fstab)
    #expect(try disk.system().mounts.map { "\($0.place) \($0.name)" } == expected)
  }

  @Test("an fstab that is a link to the host's, or none, mounts nothing")
  func none() throws {
    let disk = try Disk(fstab: Self.fstab)
    let requests = try disk.scratch.write("requests", "rm /etc/fstab\nsymlink /etc/fstab ../../../../../etc/fstab\n")
    try Tool.need("debugfs", ["-w", "-f", requests.string, "\(disk.image)?offset=\(Disk.place(1).offset)"])
    #expect(try disk.system().mounts == [])
  }

  @Test("below a root of another kind only what is mounted is seen")
  func foreignRoot() throws {
    let disk = try Disk(fstab: Self.fstab)
    let table = try PartitionTable.read(disk.image)
    let system = GuestSystem(disk.image, table, foreign: Disk.place(1), fstab: Array(Self.fstab.utf8))
    let files = try GuestFiles(system)
    #expect(try files.expand("/etc/*") == [] && files.status(ImagePath("/usr/sbin/sshd")) == nil)
    #expect(try files.expand("/var/log/*").count == 2)
    #expect(throws: DiskImageError.self) { try files.writeFile(ImagePath("/etc/x"), []) }
  }

  @Test("a file system that is not written stays as it is, whatever its features")
  func unwritable() throws {
    let disk = try Disk(fstab: Self.fstab)
    try TestDisk.mkfs(
      disk.image, Disk.place(3),
      ["-t", "ext4", "-O", "project,^quota", "-L", "people", "-d", disk.scratch.path("home").string])
    let files = try GuestFiles(disk.system())
    try files.remove(ImagePath("/var/log/other"))
    #expect { try files.remove(ImagePath("/home/tester")) } throws: { ($0 as? DiskImageError)?.kind == .unsupported }
    try files.close()
    try disk.requireClean()
  }
}
