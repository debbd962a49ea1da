import Foundation
import Installers
import Model
import Testing

/// Judges that nobody of this project wrote: debconf, the templates of Debian 13's installer, and that installer's own parser.
@Suite("independent judges of the preseed")
struct PreseedOracleTests {
  private func each(_ body: (String, String) throws -> Void) throws {
    for request in Sample.requests() {
      try withFolder { folder in
        let text = try Sample.text(try Preseed().render(request).files.first)
        let path = folder + "/preseed.cfg"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try body(path, text)
      }
    }
  }

  @Test(
    "debconf reads every line, silently", .enabled(if: Place.tool("debconf-set-selections") != nil, "needs debconf"))
  func debconf() throws {
    try each { path, _ in
      let result = try run("debconf-set-selections", "--checkonly", path)
      #expect(result.status == 0 && result.output.isEmpty, "\(result.output)")
    }
  }

  @Test(
    "every question, type and choice is the installer's", .enabled(if: Place.shared != nil, "needs ../shared"),
    .enabled(if: Place.tool("python3") != nil, "needs python3"))
  func keys() throws {
    let checker = try #require(Place.shared) + "/validators/preseed/check-keys.py"
    try each { path, _ in
      let result = try run("python3", checker, path)
      // The table has these as a pattern, which the checker does not expand.
      let found = result.output.split(separator: "\n").filter { !$0.contains("UNKNOWN apt-setup/local") }
      #expect(found.isEmpty, "\(result.output)")
    }
  }

  /// Questions that can be asked at critical priority but not in this installation, and why.
  static let notAsked: [String: String] = [
    "apt-setup/local/key-error": "keys come from the initrd", "apt-setup/mirror/error": "asked after a failure",
    "apt-setup/no_mirror": "only when installing from a CD", "apt-setup/use_mirror": "only when installing from a CD",
    "base-installer/kernel/image": "critical only when no kernel suits the machine",
    "clock-setup/hwclock-wait": "the clock is not set", "di-utils-reboot/really_reboot": "the menu's own item",
    "hw-detect/load_media": "the network card is found by the initrd's own modules",
    "passwd/root-password": "root has the hash '*'", "passwd/root-password-again": "root has the hash '*'",
    "passwd/user-fullname": "no user is made", "passwd/user-password": "no user is made",
    "passwd/user-password-again": "no user is made", "passwd/username": "no user is made",
    "partman-basicfilesystems/boot_not_ext2": "not on amd64",
    "partman-basicfilesystems/boot_not_first_partition": "not on amd64",
    "partman-basicfilesystems/check_failed": "asked after a failure",
    "partman-basicfilesystems/mountpoint": "only when partitioning by hand",
    "partman-basicfilesystems/mountpoint_manual": "only when partitioning by hand",
    "partman-basicfilesystems/no_mount_point": "every file system has a mount point",
    "partman-basicmethods/method_only": "every partition has a use",
    "partman-ext3/bad_alignment": "asked after a failure",
    "partman-ext3/boot_not_bootable": "not on amd64", "partman-ext3/boot_not_ext2_or_ext3": "not on amd64",
    "partman/boot_not_first_partition": "not on amd64",
    "partman-partitioning/new_size": "only when partitioning by hand",
    "partman-partitioning/unknown_label": "the disk is empty",
    "partman-partitioning/unsupported_label": "the disk is empty",
    "partman-target/mount_failed": "asked after a failure", "partman/exception_handler": "asked after a failure",
    "preseed/$error": "asked after a failure", "preseed/url": "only without an answer file",
  ]

  @Test(
    "every question that can be asked at critical priority is answered",
    .enabled(if: Place.shared != nil, "needs ../shared"))
  func complete() throws {
    let path = try #require(Place.shared) + "/validators/preseed/asked-priority-trixie.tsv"
    let table = try String(contentsOfFile: path, encoding: .utf8)
    // Components that this installation does not load, and the menus of partitioning by hand.
    let elsewhere = [
      "cdrom", "iso-scan", "lvmcfg", "mdcfg", "rescue", "save-logs", "live-installer", "load-install-cd",
      "partman-iscsi",
      "partman-md", "partman-nbd", "partman-crypto", "partman-lvm", "partman-btrfs", "partman-auto-lvm",
      "partman-auto-raid",
      "partman-efi", "partman-jfs", "partman-xfs", "choose_partition/", "active_partition/", "free_space/",
      "storage_device/",
    ]
    try each { _, text in
      let answers = Sample.answers(text)
      for line in table.split(separator: "\n").dropFirst() {
        let cells = line.split(separator: "\t").map(String.init)
        guard cells.count >= 4, !["low", "medium", "high"].contains(cells[1]),
          !["error", "note", "text", "terminal"].contains(cells[2]), !cells[0].hasPrefix("partman-auto-lvm/"),
          cells[3].split(separator: " ").contains(where: { site in !elsewhere.contains { site.contains($0) } })
        else { continue }
        #expect(answers[cells[0]] != nil || Self.notAsked[cells[0]] != nil, "\(cells[0]) asked by \(cells[3])")
      }
    }
  }

  @Test(
    "the installer's own parser holds every value byte for byte",
    .enabled(if: Place.slow, "downloads 150 MB; set IMAGE_FACTORY_SLOW_TESTS"),
    .enabled(if: Place.shared != nil, "needs ../shared"), .enabled(if: getuid() == 0, "needs root"))
  func installer() throws {
    let script = try #require(Place.shared) + "/validators/preseed/installer-parser.sh"
    try withFolder { folder in
      let prepared = try run("sh", script, "prepare", folder + "/root")
      #expect(prepared.status == 0, "\(prepared.output)")
      try each { path, text in
        let result = try run("sh", script, "check", folder + "/root", path, "initrd")
        #expect(result.status == 0, "\(result.output)")
        let rows = result.output.split(separator: "\n").map {
          $0.split(separator: "\t", omittingEmptySubsequences: false)
        }
        let got = Dictionary(
          rows.filter { $0.count == 4 && $0[0].contains("/") }.map { (String($0[0]), String($0[3])) },
          uniquingKeysWith: { first, _ in first })
        for (key, value) in Sample.answers(text) { #expect(got[key] == value, "\(key)") }
        #expect(!result.output.contains("SYNTAX ERROR"))
      }
    }
  }
}
