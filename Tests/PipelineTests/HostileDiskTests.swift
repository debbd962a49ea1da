import DiskImages
import Foundation
import Glibc
import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

/// What a hostile guest can do to its disk, through the whole of `finish`: a clear error or a good image, and the host as it was.
@Suite("hostile disks, finished", needs("sfdisk", "mke2fs", "debugfs", "e2fsck", "qemu-img"))
struct HostileDiskTests {
  /// One thing a guest does.
  struct Attack: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Bytes written over the disk, at an offset.
    var patches: [(Int64, [UInt8])] = []
    /// Requests for debugfs.
    var requests: [String] = []
    /// The disk is cut to this many bytes; nil: it keeps its length.
    var length: Int64?
    /// nil: whatever is decided, an image or an error, is fine.
    var succeeds: Bool?
    /// What the errors of both commands have to say; then nothing is started.
    var says: String?
  }

  // The partition begins at 1 MiB, its superblock 1 KiB behind; blocks of 1 KiB, as mke2fs makes them on so small a disk.
  private static let partition: Int64 = 1 << 20
  private static let noise = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }

  /// Magic, version 3, the name of the backing file at 256, 64 KiB clusters, 16 MiB.
  private static let qcow2Header: [(Int64, [UInt8])] = [
    (0, [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 11, 0, 0, 0, 16]),
    (256, Array("/etc/passwd".utf8)),
  ]

  static let attacks: [Attack] = [
    Attack(
      testDescription: "symlinks to the host's files where the clean-up works",
      requests: [
        "rm /etc/machine-id", "symlink /etc/machine-id CANARY",
        "symlink /var/log/installer/up ../../../../../../CANARY",
        "symlink /root-keys /root/.ssh", "symlink /var/lib/apt/lists/x_y CANARY",
      ], succeeds: true),
    // Never followed, not even inside the image; a warning names the link.
    Attack(
      testDescription: "a folder of the clean-up that is a symlink to the host's",
      requests: ["symlink /var/lib/dhcp /etc"], succeeds: true),
    Attack(
      testDescription: "a folder above one of the clean-up's that is a symlink to the root",
      requests: ["symlink /var/cache /"], succeeds: false),
    Attack(
      testDescription: "device nodes, setuid files and a fifo among the logs",
      requests: [
        "cd /var/log/installer", "mknod sda b 8 0", "mknod mem c 1 1", "sif /usr/bin/tool mode 0104755",
        "cd /etc/ssh", "mknod ssh_host_fifo p",
      ], succeeds: true),
    Attack(
      testDescription: "a hard link of the logs' to the password file",
      requests: ["ln /etc/shadow /var/log/installer/shadow", "sif /etc/shadow links_count 2"], succeeds: true),
    Attack(
      testDescription: "a folder that contains itself", requests: ["ln /var /var/log/installer/loop"], succeeds: false),
    Attack(
      testDescription: "a link chain without end",
      requests: [
        "rm /etc/os-release", "symlink /etc/os-release /etc/a", "symlink /etc/a /etc/b", "symlink /etc/b /etc/a",
      ],
      succeeds: false),
    Attack(testDescription: "a superblock of noise", patches: [(partition + 1024, noise)], succeeds: false),
    Attack(testDescription: "group descriptors of noise", patches: [(partition + 2048, noise)], succeeds: false),
    Attack(
      testDescription: "an extent tree of noise",
      requests: ["sif /usr/bin/tool block[0] 0xdeadbeef", "sif /usr/bin/tool block[4] 0xffffffff"], succeeds: false),
    Attack(
      testDescription: "a block bitmap that says all is free",
      requests: ["freeb 1 4000"], succeeds: false),
    Attack(
      testDescription: "a journal of noise that has to be replayed",
      requests: ["feature needs_recovery", "zap_block -f <8> -p 0x5a 0"], succeeds: false),
    Attack(
      testDescription: "no journal though it has to be replayed", requests: ["feature needs_recovery", "clri <8>"],
      succeeds: false),
    Attack(
      testDescription: "a partition that reaches far beyond the disk",
      patches: [(446 + 12, [0xFF, 0xFF, 0xFF, 0x7F])], succeeds: false),
    Attack(testDescription: "a disk that ends within its partition", length: 50 << 20, succeeds: false),
    Attack(testDescription: "a disk that ends within its table", length: 300, succeeds: false),
    Attack(
      testDescription: "an inode bitmap that says a file's inode is free", requests: ["freei /etc/shadow"],
      succeeds: false),
    Attack(
      testDescription: "an extent tree that leads out of the partition",
      requests: ["sif /usr/bin/tool block[5] 0x7fffffff"], succeeds: false),
    Attack(
      testDescription: "a journal that lies where the root folder is",
      requests: ["feature needs_recovery", "sif <8> block[5] 1"], succeeds: false),
    Attack(
      testDescription: "an fstab that mounts the host's disks and the root once more",
      requests: ["cd /etc", "write FSTAB fstab"], succeeds: true),
    Attack(
      testDescription: "two partitions that overlap",
      patches: [(462, [0, 0, 0, 0, 0x83, 0, 0, 0, 0, 0x10, 0, 0, 0, 0x20, 0, 0])], succeeds: false),
    Attack(
      testDescription: "a first sector that looks like qcow2 with a backing file", patches: qcow2Header, succeeds: nil),
    Attack(
      testDescription: "names with line ends and escape codes",
      requests: ["mkdir /home", "mkdir \"/home/\u{1B}[2J\u{7}\"", "symlink \"/var/log/installer/a\\nb\u{9B}\" x"],
      succeeds: true),
    Attack(
      testDescription: "sizes and blocks that cannot be added up",
      requests: ["/etc/machine-id", "/var/log/installer/syslog", "/var/log/installer/big"].flatMap {
        ["sif \($0) size 0x7fffffffffffffff", "sif \($0) blocks 0xffffffffffff"]
      }, succeeds: false),
    Attack(
      testDescription: "a tree of 5,000 levels in a folder that is emptied",
      requests: ["mkdir /tmp", "cd /tmp"] + deep,
      succeeds: true),
    Attack(
      testDescription: "a tree of 5,000 levels among the logs", requests: ["cd /var/log/installer"] + deep,
      succeeds: false),
  ]

  private static let deep = Array(repeating: ["mkdir d", "cd d"], count: 5000).flatMap { $0 }

  @Test(
    "the host is untouched, the outcome clear", arguments: HostileDiskTests.attacks + HostileDiskTests.tableAttacks)
  func attack(_ attack: Attack) async throws {
    try await TestHost.run { test in
      let canary = try test.write("canary", "precious\n", mode: 0o640)
      let disk = try await GuestDisk(test)
      let given = test.folder.appending("given.raw")
      try AtomicFile.rename(disk.plan.disk.raw, to: given)
      // The work folder that the disk was made in: what is there afterwards is what 'finish' left.
      try Folder.remove(disk.plan.workFolder)
      if !attack.requests.isEmpty {
        let fstab = try test.write(
          "fstab",
          "/dev/sda1 /var ext4\n/dev/vda1 /etc ext4 defaults 0 0\n/dev/loop0 /home ext4\n\(canary) /root auto bind\n/ /../.. none bind\n"
        )
        let requests = attack.requests.map {
          $0.replacing("CANARY", with: canary.string).replacing("FSTAB", with: fstab.string)
        }.joined(separator: "\n")
        let script = try test.write("requests", requests + "\n")
        try await test.tool("debugfs", "-w", "-f", script.string, "\(given)?offset=1048576")
      }
      for (offset, bytes) in attack.patches {
        let file = try FileDescriptor.open(given, .writeOnly)
        _ = try file.closeAfter { try file.writeAll(toAbsoluteOffset: offset, bytes) }
      }
      if let length = attack.length { #expect(truncate(given.string, off_t(length)) == 0) }
      let before = try traces(given)
      let shownByInspect = try await inspect(test, given)
      #expect(try traces(given) == before)
      let (status, problems) = try await finish(test, given)
      if let says = attack.says {
        #expect(shownByInspect.contains(says), "\(shownByInspect)")
        #expect(status == .hostNotReady && problems.contains(says), "\(status) \(problems)")
        #expect(test.names(test.output) == [])
      }
      if let succeeds = attack.succeeds {
        #expect((status == .done) == succeeds, "\(status) \(test.events.all.compactMap(\.text).suffix(3))")
      }
      #expect([.done, .processingFailed, .hostNotReady].contains(status))
      #expect(try traces(given) == before)
      #expect(try test.text(canary) == "precious\n" && canary.mode == 0o640)
      let shown = test.events.all.compactMap(\.text).joined()
      #expect(shown.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) })
      if status != .done {
        #expect(test.names(test.output).filter { $0.contains("qcow2") || $0.contains("build") } == [])
      }
    }
  }

  private func config(_ test: TestHost) throws -> ImageConfig {
    try test.config { config in
      config.disk.formats = ["qcow2"]
      config.cleaning.logs = ["/var/log/installer"]
      config.cleaning.remove = ["/var/lib/apt/lists/*_*", "/var/lib/dhcp/*.leases", "/var/cache/apt/*.bin", "/tmp/*"]
      config.cleaning.empty = ["/etc/machine-id"]
    }
  }

  /// `inspect` describes the disk, with what is wrong with it, or says why it cannot: both in printable words.
  private func inspect(_ test: TestHost, _ given: FilePath) async throws -> String {
    let config = try config(test)
    var text: String
    do {
      text = InspectText.text(try await Inspector(host: test.host).inspect(given) { _, _ in config })
    } catch let error as FactoryError {
      #expect(error.status == .processingFailed)
      text = "\(error.message) \(error.hint ?? "") \(error.details.joined())"
    }
    text = text.replacing("\n", with: " ")
    #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) })
    #expect(!text.contains("precious") && !text.contains("root:x:0:0"))
    return text
  }

  private func finish(_ test: TestHost, _ given: FilePath) async throws -> (ExitStatus, String) {
    let config = try config(test)
    do {
      let report = try await Builder(host: test.host, shippedFolder: nil).finish(
        config, disk: given, stopStatus: { .interrupted }, onFindings: { _ in }, observer: { test.events.add($0) })
      return (report.status, report.error?.message ?? "")
    } catch let error as FactoryError {
      #expect(!error.findings.isEmpty && error.message.unicodeScalars.allSatisfy { $0.value >= 0x20 })
      return (error.status, error.findings.map(\.message).joined(separator: "\n"))
    }
  }

  /// The disk that was given, and what a mount or a loop device of it would leave.
  private func traces(_ given: FilePath) throws -> [String] {
    let mounts = try String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)
    let loops = (try? FileManager.default.contentsOfDirectory(atPath: "/sys/block"))?.compactMap { name in
      try? String(contentsOfFile: "/sys/block/\(name)/loop/backing_file", encoding: .utf8)
    }
    return [
      try FileDigest.sha256(given), "\(mounts.contains(given.string))",
      "\((loops ?? []).contains { $0.contains(given.string) })",
    ]
  }
}
