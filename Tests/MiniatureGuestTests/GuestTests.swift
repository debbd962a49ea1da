import Foundation
import MiniatureGuest
import SystemPackage
import Testing

/// Boots of the miniature: the three that everything else rests on, 5 to 12 s each on an idle core.
@Suite("the miniature guest in QEMU", .serialized, .enabled(if: TestHost.hasGuest, TestHost.guestReason))
struct GuestTests {
  @Test("it installs, reports as Debian's installer does, and powers off") func installs() async throws {
    try await TestHost.withFolder { folder in
      let guest = GuestRun(folder: folder)
      try await guest.run()
      let log = guest.log
      let items = log.split(separator: "\n").filter { $0.hasSuffix(" selected") }.map { $0.split(separator: "'")[1] }
      #expect(
        items == [
          "localechooser", "console-setup-udeb", "ethdetect", "netcfg", "network-preseed", "choose-mirror",
          "download-installer",
          "user-setup-udeb", "clock-setup", "disk-detect", "partman-base", "bootstrap-base", "apt-setup-udeb", "pkgsel",
          "grub-installer", "finish-install",
        ])
      #expect(log.contains("preseed: successfully loaded preseed file from file:///preseed.cfg\n"))
      #expect(log.contains("preseed: running preseed command preseed/late_command: sh /late.sh\n"))
      #expect(log.contains("debconf: --> PROGRESS SET 80\n"))
      #expect(
        log.contains("finish-install: info: Running /usr/lib/finish-install.d/99reboot\n"),
        "the last line comes through")
      #expect(guest.console.contains("Finishing the installation"))
      #expect(guest.console.contains("Requesting system poweroff"))
      try checkDisk(guest)
    }
  }

  /// What other tools read back from the disk.
  private func checkDisk(_ guest: GuestRun) throws {
    let table = try TestHost.run(["sfdisk", "-J", guest.disk.string]).output
    #expect(
      table.contains("\"label\": \"dos\"") && table.contains("\"start\": 2048") && table.contains("\"type\": \"83\""))
    let system = guest.folder.appending("root.ext4").string
    try TestHost.run(["dd", "if=\(guest.disk)", "of=\(system)", "bs=1M", "skip=1", "conv=sparse", "status=none"])
    let check = try TestHost.run(["e2fsck", "-fn", system])
    #expect(check.status == 0, "\(check.output)")
    func debugfs(_ request: String) throws -> String { try TestHost.run(["debugfs", "-R", request, system]).output }
    #expect(try debugfs("cat /etc/hostname") == "golden\n")
    #expect(try debugfs("cat /usr/lib/os-release").contains("ID=debian\n"))
    #expect(try debugfs("cat /etc/machine-id").count == 33)
    #expect(try debugfs("cat /etc/late") == "late\n", "the late command has run")
    #expect(try debugfs("cat /var/log/installer/commands") == "in-target systemctl enable ssh\n")
    #expect(try debugfs("cat /var/log/installer/cdebconf/questions.dat").contains("Value: golden\n"))
    #expect(try debugfs("cat /var/log/installer/syslog").contains("Menu item 'grub-installer' selected"))
    #expect(try debugfs("cat /etc/apt/apt.conf") == "Acquire::http::Proxy \"http://10.0.2.2:1/\";\n")
    #expect(
      try debugfs("cat /etc/apt/sources.list") == """
        deb http://ftp.debian.org/debian trixie main
        deb http://security.debian.org/debian-security trixie-security main
        deb http://ftp.debian.org/debian trixie-updates main

        """)
    #expect(try debugfs("cat /etc/shadow").hasPrefix("root:$6$it's:"))
    #expect(try debugfs("stat /etc/shadow").contains("Group:    42"))
    #expect(try debugfs("stat /usr/bin/passwd").contains("Mode:  04755"))
    #expect(try debugfs("stat /usr/bin/perl").contains("Links: 2"))
    #expect(try debugfs("ea_list /usr/bin/ping").contains("security.capability (20)"))
    #expect(try debugfs("stat /var/lib/miniature/bulk").isEmpty, "the large file is deleted")
    #expect(try holdsGarbage(system), "blocks that hold nothing are not zero before they are made so")
  }

  /// Whether a free block in the first 16 MiB holds something.
  private func holdsGarbage(_ system: String) throws -> Bool {
    let free = try TestHost.run(["debugfs", "-R", "ffb 1 5000", system]).output
    guard let block = free.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) }) else { return false }
    let file = try FileDescriptor.open(system, .readOnly)
    defer { try? file.close() }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    _ = try bytes.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: Int64(block) * 4096, into: $0) }
    return bytes.contains { $0 != 0 }
  }

  @Test("a failing step is reported as the installer reports it, then its menu waits") func fails() async throws {
    try await TestHost.withFolder { folder in
      let guest = GuestRun(folder: folder, behaviour: .fail)
      try await guest.run(until: "--> INPUT critical debian-installer/main-menu\n")
      #expect(guest.log.contains("Configuring 'bootstrap-base' failed with error code 1\n"))
      #expect(guest.log.contains("Menu item 'bootstrap-base' failed.\n"))
      #expect(guest.console.contains("!! ERROR: Installation step failed"))
    }
  }

  @Test("an unanswered question is named in the trace and on the console, and waits") func asks() async throws {
    try await TestHost.withFolder { folder in
      let guest = GuestRun(folder: folder, behaviour: .question)
      try await guest.run(until: "<-- 0 question will be asked\n")
      #expect(guest.log.contains("--> INPUT critical partman/confirm\n"))
      #expect(guest.console.contains("Prompt: '?' for help"))
    }
  }
}
