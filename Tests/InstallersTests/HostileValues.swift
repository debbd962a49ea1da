import Foundation
import Installers
import Model

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

/// One field of the answers that holds a string of the config.
struct HostileField: Sendable {
  /// How its setting begins in an error.
  var setting: String
  var base: String
  var set: @Sendable (inout InstallAnswers, String) -> Void
  /// The question that has the value then; nil: it goes elsewhere.
  var key: String?

  init(
    _ setting: String, _ base: String, key: String? = nil,
    _ set: @escaping @Sendable (inout InstallAnswers, String) -> Void
  ) {
    self.setting = setting
    self.base = base
    self.key = key
    self.set = set
  }

  static let all: [HostileField] = [
    HostileField("locale", "de_DE.UTF-8", key: "debian-installer/locale") { $0.locale = $1 },
    HostileField("keymap", "de") { $0.keymap = $1 },
    HostileField("timezone", "Europe/Berlin", key: "time/zone") { $0.timeZone = $1 },
    HostileField("time-servers", "time.example.org") { $0.timeServers = ["a.example.org", $1] },
    HostileField("hostname", "golden", key: "netcfg/hostname") { $0.hostname = $1 },
    HostileField("domain", "example.org", key: "netcfg/get_domain") { $0.domain = $1 },
    HostileField("root-password-hash", Sample.hash) { $0.root = .passwordHash(Secret($1)) },
    HostileField("user:", "ada") { $0.users[0].name = $1 },
    HostileField("user:ada", "Ada Lovelace") { $0.users[0].fullName = $1 },
    HostileField("user:ada", "adm") { $0.users[0].groups = [$1, "sudo"] },
    HostileField("user:ada", "/bin/sh") { $0.users[0].shell = $1 },
    HostileField("user:ada", Sample.hash) { $0.users[0].passwordHash = Secret($1) },
    HostileField("user:ada", "ssh-ed25519 AAAAC3Nza ada") { $0.users[0].sshKeys = [$1] },
    HostileField("mirror", "http://ftp.debian.org/debian") { $0.archive.mirror = $1 },
    HostileField("security-mirror", "http://security.debian.org/sec") { $0.archive.securityMirror = $1 },
    HostileField("suite", "trixie", key: "mirror/suite") { $0.archive.suite = $1 },
    HostileField("components", "contrib") { $0.archive.components = ["main", $1] },
    HostileField("repository:", "tools", key: "apt-setup/local0/comment") { $0.archive.repositories[0].name = $1 },
    HostileField("repository:tools", "http://h/deb stable main", key: "apt-setup/local0/repository") {
      $0.archive.repositories[0].source = $1
    },
    HostileField("packages", "vim") { $0.packages = ["mc", $1] },
    HostileField("excluded-packages", "nano") { $0.excludedPackages = [$1] },
    HostileField("groups", "standard", key: "tasksel/first") { $0.groups = [$1] },
    HostileField("services-enable", "a.service") { $0.services.enabled = [$1] },
    HostileField("services-disable", "a.service") { $0.services.disabled = [$1] },
    HostileField("services-mask", "a.service") { $0.services.masked = [$1] },
    HostileField("kernel-arguments", "a=b", key: "debian-installer/add-kernel-opts") { $0.kernelArguments = [$1] },
    HostileField("file:", "/etc/motd") { $0.files[0].path = $1 },
    HostileField("file:/etc/motd", "root:adm") { $0.files[0].owner = $1 },
    HostileField("partition", "/srv") {
      $0.disk.partitions.append(
        PartitionRequest(name: "more", size: .gibibytes(1), fileSystem: .ext4, mountPoint: $1))
    },
    HostileField("partition", "label") { $0.disk.partitions[0].fileSystemLabel = $1 },
    HostileField("partition", "root") { $0.disk.partitions[0].name = $1 },
    HostileField("partition", "-m1") { $0.disk.partitions[0].mkfsOptions = [$1] },
  ]

  /// Answers that use every field, with names that the settings above repeat.
  static func answers() -> InstallAnswers {
    var answers = Sample.full()
    answers.files[0].path = "/etc/motd"
    answers.keymap = "us"
    return answers
  }
}
