import Foundation
import Installers
import Model
import SystemPackage
import Testing

/// Answers for openSUSE's two formats.
enum SUSESample {
  static let hash = "$6$saltsalt$MARKERqvj0gFA8wKxv1n2m3l4k5j6h7g8f9d0s1a2q3w4e5r6t7y8u9i0o"

  /// The least that a golden image needs.
  static func plain() -> InstallAnswers {
    var answers = InstallAnswers()
    answers.hostname = "golden"
    answers.archive.mirror = "https://download.opensuse.org/distribution/leap/15.6/repo/oss"
    return answers
  }

  /// Every setting that both formats know.
  static func full() -> InstallAnswers {
    var answers = plain()
    answers.locale = "de_DE.UTF-8"
    answers.keymap = "de nodeadkeys"
    answers.timeZone = "Europe/Berlin"
    answers.timeServers = ["time.example.org", "2001:db8::1"]
    answers.domain = "example.org"
    answers.root = .passwordHash(Secret(hash))
    var ada = UserAccount(name: "ada")
    ada.fullName = "Ada O'Lovelace, $(reboot) `id` <b> & ]]> größer"
    ada.uid = 1815
    ada.groups = ["wheel", "users"]
    ada.shell = "/bin/zsh"
    ada.passwordHash = Secret(hash + "2")
    ada.sshKeys = ["ssh-ed25519 AAAAC3Nza ada@example.org", "command=\"a b\" ssh-rsa AAAA it's"]
    ada.sudo = true
    var bob = UserAccount(name: "bob")
    bob.groups = ["wheel"]
    answers.users = [ada, bob]
    answers.archive.securityMirror = "https://download.opensuse.org/update/leap/15.6/oss"
    answers.archive.repositories = [
      Repository(name: "tools", source: "https://repo.example.org/rpm", key: "/keys/tools.asc"),
      Repository(name: "plain", source: "http://repo.example.org/plain", key: nil),
    ]
    answers.packages = ["vim", "NetworkManager", "libstdc++6"]
    answers.excludedPackages = ["nano"]
    answers.groups = ["minimal_base", "enhanced_base"]
    answers.recommends = false
    answers.services.enabled = ["sshd", "fstrim.timer"]
    answers.services.disabled = ["postfix"]
    answers.services.masked = ["getty@tty6.service"]
    answers.firewall = Firewall(enabled: true, open: ["ssh", "8080/tcp", "6000-6010/udp"])
    answers.selinux = .enforcing
    answers.kernelArguments = ["console=tty0", "console=ttyS0,115200n8", "net.ifnames=0"]
    answers.files = [PlacedFile(path: "/etc/motd.d/it's here", source: "/host/motd", mode: 0o640, owner: "root:adm")]
    answers.scripts = [InstallScript(.before, source: "/host/before"), InstallScript(.after, source: "/host/late")]
    return answers
  }

  /// The layouts that the issue names.
  static func layouts() -> [DiskLayout] {
    func part(_ name: String, _ size: ByteSize?, _ kind: FileSystemKind, _ mount: String?) -> PartitionRequest {
      PartitionRequest(name: name, size: size, fileSystem: kind, mountPoint: mount)
    }
    var uefi = DiskLayout()
    uefi.firmware = .uefi
    uefi.partitions = [
      part("root", .gibibytes(4), .ext4, "/"), part("srv", nil, .xfs, "/srv"),
      part("swap", .gibibytes(1), .swap, nil),
    ]
    var lvm = DiskLayout()
    lvm.label = .gpt
    var root = part("root", .gibibytes(4), .btrfs, "/")
    root.volumeGroup = "system"
    root.fileSystemLabel = "ROOT"
    root.mkfsOptions = ["-K"]
    var home = part("home", nil, .xfs, "/home")
    home.volumeGroup = "system"
    lvm.partitions = [part("boot", .mebibytes(512), .ext4, "/boot"), root, home]
    var gpt = DiskLayout()
    gpt.label = .gpt
    return [DiskLayout(), uefi, lvm, gpt]
  }

  static func request(_ answers: InstallAnswers, dialect: String = "SLE-15-SP6") -> RenderRequest {
    var request = RenderRequest(answers: answers) { path in Array("#!/bin/sh\necho \(path)\n".utf8) + [0, 255] }
    request.dialect = dialect
    return request
  }

  /// Requests that together reach every branch of the renderers.
  static func requests(dialect: String) -> [RenderRequest] {
    var open = request(full(), dialect: dialect)
    open.proxy = "http://10.0.2.2:3142/"
    open.powerOff = false
    var closed = plain()
    closed.timeServers = nil
    closed.firewall = Firewall(enabled: false, open: [])
    closed.selinux = .disabled
    let layouts = layouts().map { layout in
      var answers = plain()
      answers.disk = layout
      return request(answers, dialect: dialect)
    }
    return [request(full(), dialect: dialect), open, request(closed, dialect: dialect)] + layouts
  }

  /// Strings that break files which are put together carelessly.
  static let hostile: [String] = [
    "", " ", "a\nb", "\n", "a\r\nb", "\t", "it's \"quoted\"", "$(reboot) `id` ${HOME}", "100%s%n", "a\\nb", "# comment",
    "]]>", "]]]]>>", "<![CDATA[x", "<user><username>x</username></user>", "</profile>", "&amp;&lt;", "--option", "-rf",
    "END", "END\nreboot\n", "größer 日本語 🦎", "a\u{2028}b\u{85}c\u{A0}", "\u{FEFF}", "\u{1B}[2J", "\u{0}", "\u{FFFF}",
    "\",\"x\":\"", "}]}", String(repeating: "0123456789", count: 1024), "  both ends  ", "a;b|c>d", "\u{7F}",
  ]
}

/// Numbers that are the same in every run.
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    var mixed = state
    mixed ^= mixed >> 33
    mixed = mixed &* 0xFF51_AFD7_ED55_8CCD
    return mixed ^ (mixed >> 33)
  }

  /// A few of the hostile strings in a row.
  mutating func hostile() -> String {
    (0..<Int.random(in: 1...3, using: &self)).map { _ in
      SUSESample.hostile[Int.random(in: 0..<SUSESample.hostile.count, using: &self)]
    }.joined()
  }
}
