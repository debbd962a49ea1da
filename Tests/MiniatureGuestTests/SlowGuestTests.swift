import Foundation
import MiniatureGuest
import Model
import SystemPackage
import Testing

/// The other behaviours and ways: 5 to 15 s each, so only where slow tests are wanted.
@Suite(
  "the miniature guest in QEMU, every behaviour", .serialized,
  .enabled(if: TestHost.hasGuest, TestHost.guestReason),
  .enabled(if: TestHost.slowTests, "takes minutes: set IMAGE_FACTORY_SLOW_TESTS=1"))
struct SlowGuestTests {
  @Test("told to panic, the kernel panics") func panics() async throws {
    try await TestHost.withFolder { folder in
      let guest = GuestRun(folder: folder, behaviour: .panic)
      try await guest.run(until: "end Kernel panic")
      #expect(guest.console.contains("Kernel panic - not syncing"))
    }
  }

  @Test("told to power off early, it ends without the installer's last words") func powersOff() async throws {
    try await TestHost.withFolder { folder in
      let guest = GuestRun(folder: folder, behaviour: .poweroff)
      try await guest.run()
      #expect(guest.console.contains("reboot: Power down"))
      #expect(!guest.log.contains("finish-install"))
    }
  }

  @Test("told to hang, it says nothing more and stays") func hangs() async throws {
    try await TestHost.withFolder { folder in
      let guest = GuestRun(folder: folder, behaviour: .hang)
      try await guest.run(until: "PROGRESS SET 40\n")
      #expect(!guest.log.contains("PROGRESS SET 60"))
    }
  }

  @Test("told to be silent, it writes nothing after the kernel's own lines") func isSilent() async throws {
    try await TestHost.withFolder { folder in
      let guest = GuestRun(folder: folder, behaviour: .silent)
      try await guest.run(until: "Run /init as init process", grace: .seconds(4))
      #expect(!guest.console.contains("Starting system log daemon") && guest.log.isEmpty)
    }
  }

  @Test("told to restart, or not told to power off, it restarts", arguments: [MiniatureBehaviour.reboot, .ok])
  func restarts(behaviour: MiniatureBehaviour) async throws {
    try await TestHost.withFolder { folder in
      var guest = GuestRun(folder: folder, behaviour: behaviour)
      if behaviour == .ok {
        guest.answers = guest.answers.replacingOccurrences(
          of: "exit/poweroff boolean true", with: "exit/poweroff boolean false")
      }
      try await guest.run()
      #expect(guest.log.contains("99reboot"))
      #expect(guest.console.contains("Requesting system reboot"))
    }
  }

  @Test("without an answer file it asks its first question, as the real one") func asksWithoutAnswers() async throws {
    try await TestHost.withFolder { folder in
      var guest = GuestRun(folder: folder)
      guest.answers = ""
      try await guest.run(until: "Prompt: '?' for help")
      #expect(guest.console.contains("Select a language"))
    }
  }

  @Test("a late command that fails asks, as the real one") func lateFails() async throws {
    try await TestHost.withFolder { folder in
      var guest = GuestRun(folder: folder)
      guest.answers = guest.answers.replacingOccurrences(of: "sh /late.sh", with: "sh /late.sh; exit 3")
      try await guest.run(until: "<-- 0 question will be asked")
      #expect(guest.log.contains("--> INPUT critical preseed/command_failed"))
      #expect(guest.console.contains("exit code 3"))
    }
  }

  @Test("it reads the mirror through the proxy of the answer file, and calls a dead one bad", arguments: [true, false])
  func fetches(alive: Bool) async throws {
    let proxy = try OneShotProxy(answer: "HTTP/1.0 200 OK\r\nContent-Length: 15\r\n\r\nSuite: stable\r\n")
    if !alive { proxy.close() }
    try await TestHost.withFolder { folder in
      var guest = GuestRun(folder: folder, fetch: "auto", network: true)
      guest.answers = guest.answers.replacingOccurrences(of: "10.0.2.2:1/", with: "10.0.2.2:\(proxy.port)/")
      async let request = alive ? proxy.serve() : ""
      try await guest.run(until: alive ? "miniature: fetched" : "--> INPUT critical mirror/bad")
      if alive {
        #expect(try await request.hasPrefix("GET http://ftp.debian.org/debian/dists/trixie/Release HTTP/1."))
        #expect(guest.log.contains("miniature: fetched http://ftp.debian.org/debian/dists/trixie/Release"))
      } else {
        #expect(guest.log.contains("--> INPUT critical mirror/bad"))
      }
    }
  }

  @Test("without a driver for virtio disks it writes a USB disk; BusyBox may be the host's") func usb() async throws {
    guard let busybox = TestHost.tool("busybox") else { return }
    try await TestHost.withFolder { folder in
      var guest = GuestRun(folder: folder)
      guest.virtio = false
      guest.busybox = FilePath(busybox)
      try await guest.run()
      #expect(guest.log.contains("99reboot"))
      #expect(guest.log.contains("mke2fs for /dev/sda1"))
    }
  }

  @Test(
    "told so by its answers, it makes an xfs or a btrfs, with old blocks in its free space",
    arguments: MiniatureFileSystem.allCases.filter { TestHost.tool("mkfs.\($0.rawValue)") != nil })
  func fileSystems(kind: MiniatureFileSystem) async throws {
    try await TestHost.withFolder { folder in
      let guest = GuestRun(folder: folder, fileSystem: kind)
      try await guest.run()
      #expect(guest.log.contains("partman: mkfs.\(kind) for /dev/vda1") && guest.log.contains("99reboot"))
      let system = folder.appending("root").string
      try TestHost.run(["dd", "if=\(guest.disk)", "of=\(system)", "bs=1M", "skip=1", "conv=sparse", "status=none"])
      let check = try TestHost.run(
        kind == .xfs ? ["xfs_repair", "-n", "-f", system] : ["btrfs", "check", "--readonly", system])
      #expect(check.status == 0, "\(check.output)\(check.errors)")
      #expect(try TestHost.run(["grep", "-c", "-a", "multi-call binary", system]).output != "0\n")
    }
  }

  @Test("asked for a file system that it has no program for, it fails as it partitions")
  func missingMaker() async throws {
    try await TestHost.withFolder { folder in
      let guest = GuestRun(folder: folder, fileSystem: .xfs, makers: [])
      try await guest.run(until: "--> INPUT critical debian-installer/main-menu\n")
      #expect(guest.log.contains("partman: this initrd cannot make the file system 'xfs'\n"))
      #expect(guest.log.contains("Menu item 'partman-base' failed.\n"))
    }
  }

  @Test("the disk's boot sector prints its line") func bootSector() async throws {
    try await TestHost.withFolder { folder in
      let disk = folder.appending("disk.raw")
      let guest = GuestRun(folder: folder)
      try await guest.run()
      let console = folder.appending("boot").string
      let process = Process()
      process.executableURL = URL(fileURLWithPath: TestHost.tool("qemu-system-x86_64") ?? "")
      process.arguments = [
        "-machine", "pc,accel=tcg", "-display", "none", "-nodefaults", "-serial", "file:\(console)",
        "-drive", "format=raw,if=virtio,file=\(disk)",
      ]
      process.standardInput = FileHandle.nullDevice
      try process.run()
      defer { GuestRun.end(process) }
      for _ in 0..<100 where !TestHost.text(console).contains("login:") {
        try await Task.sleep(for: .milliseconds(200))
      }
      #expect(TestHost.text(console).contains(BootSector.marker))
    }
  }
}
