import Foundation
import Installers
import Model
import Testing

/// The same random numbers in every run. (SplitMix64)
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// Values that try to become something else than a value.
enum HostileValues {
  /// Made by a value that is run as a command.
  static let canary = "CANARY"

  private static let parts = [
    "\n", "\r", "\r\n", "\t", "\0", "\u{1B}[31m", "\u{85}", "\u{2028}", "\u{A0}", "'", "\"", "`touch CANARY`",
    "$(touch CANARY)", "${IFS}", "$HOME", ";touch CANARY;", "|touch CANARY", "&touch CANARY", ">CANARY", "<x", "%s",
    "%n",
    "\\n", "\\", "\\c", "#", " # ", "]]>", "-", "--", " --root ", "---", " ", "  ", "*", "?", "~", "!", "{ }", "{", "}",
    "ä", "✓", "𝄞", "0", ":", ",", "=", "/", "/../", "..", "END", "\nEND\ntouch CANARY\n", "d-i x/y string z",
    "\nd-i passwd/make-user boolean true\n", " init=/bin/sh", "true", "(", ")", "[", "@", "+", "^",
  ]

  /// `base` with one to three hostile parts put in somewhere, now and then 10 kB long.
  static func value(around base: String, using generator: inout SeededGenerator) -> String {
    var result = base
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let part = parts.randomElement(using: &generator) ?? ""
      let place = Int.random(in: 0...result.count, using: &generator)
      result.insert(contentsOf: part, at: result.index(result.startIndex, offsetBy: place))
    }
    if Int.random(in: 0..<40, using: &generator) == 0 { result += String(repeating: "x", count: 10_240) }
    return result
  }
}

/// One field of the answers that holds a string of the config, for whatever format it means something to.
struct HostileField: Sendable, CustomTestStringConvertible {
  /// How a value that is not refused stands in the rendered files.
  enum Kind: Sendable {
    /// Any text, which arrives byte for byte.
    case free
    /// A word of a few characters, of which none means anything to a shell, an installer or a boot loader.
    case word
    /// Several such words.
    case words
  }

  /// How its setting begins in an error.
  var setting: String
  /// A good value, one that stands nowhere else in what is rendered.
  var base: String
  /// Good values that are written differently, where there are any.
  var others: [String]
  var kind: Kind
  var set: @Sendable (inout InstallAnswers, String) -> Void
  /// The question of a preseed that has the value then; nil: it goes elsewhere.
  var key: String?
  var testDescription: String { "\(setting) (\(base.prefix(20)))" }

  init(
    _ setting: String, _ base: String, or others: [String] = [], _ kind: Kind = .word, key: String? = nil,
    _ set: @escaping @Sendable (inout InstallAnswers, String) -> Void
  ) {
    self.setting = setting
    self.base = base
    self.others = others
    self.kind = kind
    self.key = key
    self.set = set
  }

  /// All strings of the answers, in the order of the type: `HostileFieldTests` compares the list with it.
  static let all: [HostileField] = system + accounts + archive + software + layout + tree

  /// Those that Debian's format knows.
  static let ofPreseed = all.filter { field in
    var answers = HostileField.answers()
    field.set(&answers, field.base)
    return (try? Preseed().render(Sample.request(answers))) != nil
  }

  private static let system: [HostileField] = [
    HostileField("locale", "de_AT.UTF-8", or: ["C.UTF-8"], key: "debian-installer/locale") { $0.locale = $1 },
    HostileField("keymap", "de", or: ["de nodeadkeys", "fr", "lt"], .words) { $0.keymap = $1 },
    HostileField("timezone", "Europe/Berlin", key: "time/zone") { $0.timeZone = $1 },
    HostileField("time-servers", "time.example.net") { $0.timeServers = ["a.example.net", $1] },
    HostileField("hostname", "silver", key: "netcfg/hostname") { $0.hostname = $1 },
    HostileField("domain", "example.net", key: "netcfg/get_domain") { $0.domain = $1 },
    HostileField("root-password-hash", "$6$rootsalt$rootMARKER") { $0.root = .passwordHash(Secret($1)) },
    HostileField(
      "kernel-arguments", "hostile=b",
      or: ["console=ttyS7", "console=tty9", "net.ifnames=7", "biosdevname=7", "video=x"],
      key: "debian-installer/add-kernel-opts"
    ) {
      $0.kernelArguments = [$1]
    },
    HostileField("services-enable", "aa.service", or: ["aa", "aa.timer", "aa@b"]) { $0.services.enabled = [$1] },
    HostileField("services-disable", "bb.service", or: ["bb", "bb.timer", "bb@b"]) { $0.services.disabled = [$1] },
    HostileField("services-mask", "cc.service") { $0.services.masked = [$1] },
    HostileField("firewall-open", "hostile-service", or: ["99/tcp", "ssh", "22/tcp"]) {
      $0.firewall = Firewall(enabled: true, open: [$1])
    },
  ]

  private static let accounts: [HostileField] = [
    HostileField("user:", "ada") { $0.users[0].name = $1 },
    HostileField("user:ada", "Ada Lovelace", .free) { $0.users[0].fullName = $1 },
    HostileField("user:ada", "adm") { $0.users[0].groups = [$1, "sudo"] },
    HostileField("user:ada", "/opt/zzsh", .free) { $0.users[0].shell = $1 },
    HostileField("user:ada", "$6$adasalt$adaMARKER") { $0.users[0].passwordHash = Secret($1) },
    HostileField("user:ada", "ssh-ed25519 AAAAC3Nza ada", .free) { $0.users[0].sshKeys = [$1] },
    HostileField("user:ada", "ssh-ed25519 AAAAC3Nzb ada", .free) { $0.users[0].sshKeys = ["ssh-rsa AAAA first", $1] },
    HostileField("file:", "/etc/motd", .free) { $0.files[0].path = $1 },
    HostileField("file:/etc/motd", "root:adm") { $0.files[0].owner = $1 },
  ]

  private static let archive: [HostileField] = [
    HostileField("mirror", "http://ftp.debian.org/debian", or: ["https://ftp.debian.org/debian"]) {
      $0.archive.mirror = $1
    },
    HostileField(
      "security-mirror", "http://security.debian.org/sec",
      or: ["http://security.debian.org/debian-security", "https://security.debian.org/sec"]
    ) { $0.archive.securityMirror = $1 },
    HostileField("update-mirrors", "http://updates.example.org/more") { $0.archive.updateMirrors = [$1] },
    HostileField("suite", "trixie", or: ["noble"], key: "mirror/suite") { $0.archive.suite = $1 },
    HostileField("components", "contrib", or: ["universe"]) { $0.archive.components = ["main", $1] },
    HostileField("repository:", "tools", key: "apt-setup/local0/comment") { $0.archive.repositories[0].name = $1 },
    HostileField(
      "repository:tools", "http://h/deb stable main",
      or: ["http://h/rpm", "mirrorlist=http://h/rpm", "metalink=http://h/rpm"], .words,
      key: "apt-setup/local0/repository"
    ) { $0.archive.repositories[0].source = $1 },
  ]

  private static let software: [HostileField] = [
    HostileField("packages", "zzvim", or: ["sudo"]) { $0.packages = ["mc", $1] },
    HostileField("excluded-packages", "zznano", or: ["chrony", "sudo"]) { $0.excludedPackages = [$1] },
    HostileField("groups", "zzstandard", or: ["^zzenvironment"], key: "tasksel/first") { $0.groups = [$1] },
  ]

  private static func more(_ change: (inout PartitionRequest) -> Void) -> PartitionRequest {
    var partition = PartitionRequest(name: "more", size: .gibibytes(1), fileSystem: .ext4, mountPoint: "/srv")
    change(&partition)
    return partition
  }

  private static let layout: [HostileField] = [
    HostileField("partition", "/srv/hostile") { answers, value in
      answers.disk.partitions.append(more { $0.mountPoint = value })
    },
    HostileField("partition", "zzlabel") { $0.disk.partitions[0].fileSystemLabel = $1 },
    HostileField("partition", "root") { $0.disk.partitions[0].name = $1 },
    HostileField("partition", "zzvolume") { answers, value in
      answers.disk.partitions.append(more { ($0.name, $0.volumeGroup) = (value, "group") })
    },
    HostileField("partition", "zzgroup") { answers, value in
      answers.disk.partitions.append(more { $0.volumeGroup = value })
    },
    HostileField("partition", "-m1") { $0.disk.partitions[0].mkfsOptions = [$1] },
  ]

  private static let tree: [HostileField] = [
    HostileField("ostree-remote", "zzremote") { $0.deploy(OSTreeSource(remote: $1, url: "http://h/o", ref: "a/b")) },
    HostileField("ostree-url", "http://h/zzrepo") { $0.deploy(OSTreeSource(remote: "r", url: $1, ref: "a/b")) },
    HostileField("ostree-ref", "zzbranch/x") { $0.deploy(OSTreeSource(remote: "r", url: "http://h/o", ref: $1)) },
  ]

  /// Answers that use every field of Debian's format, with names that the settings above repeat.
  static func answers() -> InstallAnswers { named(Sample.full()) }

  /// The answers with those names.
  static func named(_ given: InstallAnswers) -> InstallAnswers {
    var answers = given
    answers.files[0].path = "/etc/motd"
    answers.keymap = "us"
    answers.archive.repositories[0].name = "tools"
    return answers
  }
}

extension InstallAnswers {
  /// Deploys a tree and installs no packages.
  fileprivate mutating func deploy(_ tree: OSTreeSource) {
    ostree = tree
    (packages, excludedPackages, groups, recommends) = ([], [], [], true)
    archive.repositories = []
  }
}
