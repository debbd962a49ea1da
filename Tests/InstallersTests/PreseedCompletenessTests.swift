import Foundation
import Model
import Testing

@testable import Installers

@Suite("questions that would stop an unattended installation")
struct PreseedCompletenessTests {
  /// A file that answers everything; each test takes something away or changes it.
  static let whole = """
    d-i debian-installer/locale string en_US.UTF-8
    d-i keyboard-configuration/xkb-keymap select us
    d-i mirror/country string manual
    d-i mirror/http/hostname string ftp.debian.org
    d-i mirror/http/directory string /debian
    d-i passwd/root-password-crypted password *
    d-i passwd/make-user boolean false
    d-i partman-auto/method string regular
    d-i partman-auto/expert_recipe string r :: 1 2 -1 ext4 method{ format } mountpoint{ / } .
    d-i partman-basicfilesystems/no_swap boolean false
    d-i partman/choose_partition select finish
    d-i partman/confirm_nooverwrite boolean true
    d-i grub-installer/bootdev string default
    d-i finish-install/reboot_in_progress note
    """

  private func open(_ text: String, append: [String]? = nil) -> [String] {
    let findings =
      append.map { Preseed().check(text, file: "x", dialect: "", append: $0) }
      ?? Preseed().check(text, file: "x", dialect: "")
    return findings.compactMap { finding in
      finding.message.contains("would be asked, and")
        ? finding.message.split(separator: "'").first.map(String.init) : nil
    }
  }

  @Test("a whole file leaves none open")
  func complete() { #expect(Preseed().check(Self.whole, file: "x", dialect: "").isEmpty) }

  /// Lines that replace or add to the whole file, and the questions that are open then.
  static let changes: [(change: [String: String?], open: [String])] = [
    (["debian-installer/locale": nil], ["debian-installer/locale"]),
    (["keyboard-configuration/xkb-keymap": nil], ["keyboard-configuration/xkb-keymap"]),
    (["mirror/http/hostname": nil], ["mirror/http/hostname"]),
    (["mirror/country": nil, "mirror/http/hostname": nil, "mirror/http/directory": nil], []),
    (["mirror/protocol": "select https"], ["mirror/https/hostname", "mirror/https/directory"]),
    // What the value says counts, not only that there is one.
    (["passwd/root-password-crypted": "password !"], ["passwd/root-password"]),
    (["passwd/root-password-crypted": nil, "passwd/root-password": "password a"], ["passwd/root-password-again"]),
    (
      [
        "passwd/root-password-crypted": nil, "passwd/root-password": "password a",
        "passwd/root-password-again": "password a",
      ], []
    ),
    (
      ["passwd/root-login": "boolean false", "passwd/root-password-crypted": nil],
      ["passwd/user-fullname", "passwd/username", "passwd/user-password"]
    ),
    (["passwd/make-user": nil], ["passwd/user-fullname", "passwd/username", "passwd/user-password"]),
    (
      [
        "passwd/make-user": "boolean true", "passwd/user-fullname": "string", "passwd/username": "string ada",
        "passwd/user-password-crypted": "password *",
      ], []
    ),
    (
      [
        "passwd/make-user": "boolean true", "passwd/user-fullname": "string", "passwd/username": "string ada",
        "passwd/user-password": "password a",
      ], ["passwd/user-password-again"]
    ),
    (["partman-auto/method": nil], ["partman-auto/method"]),
    (["partman-auto/method": "string lvm"], ["partman-lvm/confirm_nooverwrite"]),
    (["partman-auto/method": "string raid"], ["partman-md/confirm_nooverwrite"]),
    (
      ["partman-auto/method": "string crypto"],
      ["partman-lvm/confirm_nooverwrite", "partman-crypto/confirm_nooverwrite"]
    ),
    (["partman-basicfilesystems/no_swap": nil], ["partman-basicfilesystems/no_swap"]),
    (["partman-basicfilesystems/no_swap": "boolean true"], ["partman-basicfilesystems/no_swap"]),
    (["partman-basicfilesystems/no_swap": nil, "partman-auto/expert_recipe": nil], []),
    (["partman/choose_partition": nil], ["partman/choose_partition"]),
    (["partman/confirm_nooverwrite": "boolean false"], ["partman/confirm_nooverwrite"]),
    (["grub-installer/bootdev": nil], ["grub-installer/bootdev"]),
    (["grub-installer/bootdev": nil, "grub-installer/choose_bootdev": "select /dev/vda"], []),
    (["finish-install/reboot_in_progress": nil], ["finish-install/reboot_in_progress"]),
    (["finish-install/reboot_in_progress": "seen true"], []),
    // What further files answer cannot be told.
    (["grub-installer/bootdev": nil, "preseed/include": "string more.cfg"], []),
  ]

  @Test("a question is open when nothing answers it, or when the answer counts as none", arguments: changes.indices)
  func changed(index: Int) {
    let (change, expected) = Self.changes[index]
    var lines = Self.whole.split(separator: "\n").map(String.init).filter { line in
      !change.keys.contains { line.hasPrefix("d-i \($0) ") }
    }
    lines += change.compactMap { key, value in value.map { "d-i \(key) \($0)" } }.sorted()
    #expect(open(lines.joined(separator: "\n")) == expected, "\(change)")
  }

  @Test(
    "what we render leaves none open, and any answer that is needed is missed", arguments: Sample.requests().indices)
  func rendered(index: Int) throws {
    let text = try Sample.text(try Preseed().render(Sample.requests()[index]).files.first)
    #expect(Preseed().check(text, file: "preseed.cfg", dialect: "").isEmpty)
    let needed = [
      "debian-installer/locale", "keyboard-configuration/xkb-keymap", "mirror/http/hostname", "mirror/https/directory",
      "passwd/root-password-crypted", "passwd/make-user", "partman-auto/method", "partman-basicfilesystems/no_swap",
      "partman/choose_partition", "partman/confirm_nooverwrite", "grub-installer/bootdev",
      "finish-install/reboot_in_progress",
    ]
    for key in needed where text.contains(" \(key) ") {
      let less = text.split(separator: "\n").filter { !$0.contains(" \(key) ") }.joined(separator: "\n")
      let hasSwap = key == "partman-basicfilesystems/no_swap" && text.contains("method{ swap }")
      #expect(open(less).isEmpty == hasSwap, "\(key)")
    }
  }

  @Test(
    "every question of Debian's installer at critical priority is in the table, or known not to be asked",
    .enabled(if: Place.shared != nil, "needs ../shared"))
  func table() throws {
    let path = try #require(Place.shared) + "/validators/preseed/asked-priority-trixie.tsv"
    let known = Set(PreseedQuestions.all.map(\.key)).union(PreseedQuestions.notAsked.keys)
    // Components that this installation does not load, and the menus of partitioning by hand.
    let elsewhere = [
      "cdrom", "iso-scan", "lvmcfg", "mdcfg", "rescue", "save-logs", "live-installer", "load-install-cd",
      "partman-iscsi", "partman-nbd", "partman-jfs", "partman-xfs", "choose_partition/", "active_partition/",
      "free_space/", "storage_device/", "auto-raidcfg", "partman-crypto:", "partman-btrfs:",
    ]
    var unknown: [String] = []
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst() {
      let cells = line.split(separator: "\t").map(String.init)
      guard cells.count >= 4, !["low", "medium", "high"].contains(cells[1]),
        !["error", "text", "terminal"].contains(cells[2]), !cells[0].hasPrefix("partman-auto-lvm/$"),
        cells[3].split(separator: " ").contains(where: { site in !elsewhere.contains { site.contains($0) } })
      else { continue }
      if !known.contains(cells[0]) { unknown.append("\(cells[0]) asked by \(cells[3])") }
    }
    #expect(unknown.isEmpty)
  }

  @Test("no question is both in the table and among those that are not asked")
  func distinct() {
    let keys = PreseedQuestions.all.map(\.key)
    #expect(Set(keys).count == keys.count && Set(keys).isDisjoint(with: PreseedQuestions.notAsked.keys))
  }
}
