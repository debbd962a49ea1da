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

  private func messages(_ text: String, _ append: [String]) -> [String] {
    Preseed().check(text, file: "x", dialect: "", append: append).map(\.message)
  }

  @Test("where nothing sets the priority, the questions of debconf's own are asked as well")
  func priority() {
    let critical = ["auto=true", "priority=critical"]
    #expect(messages(Self.whole, critical).isEmpty)
    #expect(messages(Self.whole, ["auto=true", "debconf/priority=critical"]).isEmpty)
    let high = [
      "mirror/http/proxy", "partman-auto/choose_recipe", "popularity-contest/participate", "tasksel/first", "time/zone",
    ]
    // A recipe of one's own is the choice.
    let expected = high.filter { $0 != "partman-auto/choose_recipe" }
    let boot = ["auto=true", "hostname=a", "domain=b"]
    #expect(open(Self.whole, append: boot).sorted() == expected)
    let found = messages(Self.whole, boot)
    #expect(found.filter { $0.hasPrefix("nothing sets the priority: the installer asks every question") }.count == 1)
    #expect(found.count == expected.count + 1)
    // What the file sets counts for everything that is asked after it was read.
    let set = Self.whole + "\nd-i debconf/priority select critical"
    #expect(messages(set, boot).isEmpty)
    #expect(messages(set, ["auto=true", "hostname=a.b"]).isEmpty)
    #expect(
      messages(set, ["auto=true"]) == [
        "'netcfg/get_hostname' and 'netcfg/get_domain' would be asked before this file is read"
      ])
    let low = Preseed().check(
      Self.whole + "\nd-i debconf/priority select low", file: "x", dialect: "", append: ["auto=true"])
    #expect(low.contains { $0.message.contains("of priority 'low'") && $0.location?.line == 15 })
    // Without the kernel line nothing is known about it.
    #expect(Preseed().check(Self.whole, file: "x", dialect: "").isEmpty)
  }

  /// Lines that replace or add to the whole file, and the questions that are open then at the priority `high`.
  static let changesHigh: [(change: [String: String?], open: [String])] = [
    ([:], []),
    (["mirror/http/proxy": nil], ["mirror/http/proxy"]),
    (["mirror/http/proxy": "string http://a:1/"], []),
    (["mirror/country": nil], ["mirror/country", "mirror/http/mirror"]),
    (["mirror/country": "string DE"], ["mirror/http/mirror"]),
    (["mirror/country": "string DE", "mirror/http/mirror": "select ftp.de.debian.org"], []),
    (["partman-auto/expert_recipe": nil], ["partman-auto/choose_recipe"]),
    (["partman-auto/expert_recipe": nil, "partman-auto/choose_recipe": "select atomic"], []),
    (
      ["partman-auto/method": "string lvm", "partman-lvm/confirm_nooverwrite": "boolean true"],
      ["partman-auto-lvm/guided_size"]
    ),
    (["tasksel/first": nil], ["tasksel/first"]),
    (["tasksel/first": nil, "pkgsel/run_tasksel": "boolean false"], []),
    (["popularity-contest/participate": nil], ["popularity-contest/participate"]),
    (["time/zone": nil], ["time/zone"]),
    // Germany has one.
    (["time/zone": nil, "debian-installer/locale": "string de_DE.UTF-8"], []),
    (["keyboard-configuration/xkb-keymap": "select ru"], ["keyboard-configuration/toggle"]),
    (
      ["debian-installer/locale": nil, "debian-installer/language": "string en", "time/zone": "string UTC"],
      ["debian-installer/country"]
    ),
  ]

  @Test("a question of priority 'high' is open when nothing answers it", arguments: changesHigh.indices)
  func changedHigh(index: Int) {
    let (change, expected) = Self.changesHigh[index]
    let whole =
      Self.whole + """

        d-i mirror/http/proxy string
        tasksel tasksel/first multiselect standard
        popularity-contest popularity-contest/participate boolean false
        d-i time/zone string Etc/UTC
        """
    var lines = whole.split(separator: "\n").map(String.init).filter { line in
      !change.keys.contains { line.contains(" \($0) ") || line.hasSuffix(" \($0)") }
    }
    lines += change.compactMap { key, value in value.map { "d-i \(key) \($0)" } }.sorted()
    #expect(
      open(lines.joined(separator: "\n"), append: ["auto=true", "hostname=a.b"]).sorted() == expected, "\(change)")
  }

  @Test(
    "every question of Debian's installer at the priority 'high' is in the table, or known not to be asked",
    .enabled(if: Place.shared != nil, "needs ../shared"))
  func tableHigh() throws {
    let path = try #require(Place.shared) + "/validators/preseed/asked-priority-trixie.tsv"
    let known = Set((PreseedQuestions.all + PreseedQuestions.high).map(\.key))
      .union(PreseedQuestions.notAsked.keys).union(PreseedQuestions.notAskedHigh.keys)
    let elsewhere = ["lvmcfg", "mdcfg", "rescue", "kickseed", "simple-cdd"]
    var unknown: [String] = []
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst() {
      let cells = line.split(separator: "\t").map(String.init)
      guard cells.count >= 4, cells[1] == "high" || cells[1].hasPrefix("$"), cells[2] != "error",
        !elsewhere.contains(where: { cells[3].contains($0) })
      else { continue }
      if !known.contains(cells[0]) { unknown.append("\(cells[0]) asked by \(cells[3])") }
    }
    #expect(unknown == [])
  }

  @Test("no question of priority 'high' is in two tables")
  func distinctHigh() {
    let keys = PreseedQuestions.high.map(\.key)
    #expect(Set(keys).count == keys.count && Set(keys).isDisjoint(with: PreseedQuestions.all.map(\.key)))
    #expect(Set(keys).isDisjoint(with: PreseedQuestions.notAskedHigh.keys))
  }

  @Test(
    "the Python tool's Debian files answer what is asked without a priority on the kernel line",
    .enabled(
      if: FileManager.default.fileExists(atPath: "/usr/share/image-factory/Debian-11-server-us.cfg"),
      "needs the Debian package image-factory"))
  func pythonFiles() throws {
    let text = try String(contentsOfFile: "/usr/share/image-factory/Debian-11-server-us.cfg", encoding: .utf8)
    let append = "auto-install/enable=true keymap=us hostname=debian domain=unassigned-domain vga=771 d-i -- quiet"
    let words = append.split(separator: " ").map(String.init)
    #expect(open(text, append: words) == [])
    #expect(!messages(text, words).contains { $0.contains("before this file is read") })
    #expect(Preseed().check(append: words, at: nil).isEmpty)
  }
}
