/// The small system that a miniature installs: what belongs here is everything that finishing an image must find, keep or
/// remove. The script fills in what the answers decide; these members are copied as they are.
///
/// Owners, modes, links and places are those of a fresh Debian; the contents are short.
enum TargetTree {
  /// The kernel release of the installed system, in the names under `/boot` and `/lib/modules`.
  static let kernel = "6.12.0-miniature"

  /// Everything, below `target/`.
  static var entries: [CpioEntry] {
    (folders + links + system + boot + identity + logs).map { entry in
      var placed = entry
      placed.path = "target/" + entry.path
      if case .hardLink(let name) = entry.kind { placed.kind = .hardLink(to: "target/" + name) }
      return placed
    }
  }

  private static let folders: [CpioEntry] =
    [
      "boot/grub", "dev", "etc/apt/apt.conf.d", "etc/apt/sources.list.d", "etc/default", "etc/network", "etc/ssh",
      "etc/systemd/system/multi-user.target.wants", "home", "media", "mnt", "opt", "proc", "run", "srv", "sys",
      "usr/bin",
      "usr/lib/modules/\(kernel)", "usr/lib64", "usr/local", "usr/sbin", "usr/share/doc/miniature", "var/backups",
      "var/cache/apt/archives/partial", "var/lib/apt/lists/partial", "var/lib/dbus", "var/lib/dhcp",
      "var/lib/dpkg/info",
      "var/lib/miniature", "var/lib/systemd", "var/log/apt", "var/log/installer/cdebconf",
    ].map { CpioEntry.folder($0) } + [
      .folder("root", 0o700), .folder("tmp", 0o1777), .folder("var/tmp", 0o1777), .folder("lost+found", 0o700),
      .folder("var/mail", 0o2775, group: 8), .folder("var/log/journal", 0o2755, group: 999),
      .folder("var/log/journal/00112233445566778899aabbccddeeff", 0o2755, group: 999),
      .folder("etc/ssl/private", 0o710, group: 110),
    ]

  private static let links: [CpioEntry] = [
    .link("bin", to: "usr/bin"), .link("sbin", to: "usr/sbin"), .link("lib", to: "usr/lib"),
    .link("lib64", to: "usr/lib64"), .link("etc/os-release", to: "../usr/lib/os-release"),
    .link("etc/mtab", to: "../proc/self/mounts"), .link("etc/localtime", to: "/usr/share/zoneinfo/Etc/UTC"),
    .link("var/lib/dbus/machine-id", to: "/etc/machine-id"), .link("var/run", to: "/run"),
    .link("var/lock", to: "/run/lock"), .link("vmlinuz", to: "boot/vmlinuz-\(kernel)"),
    .link("initrd.img", to: "boot/initrd.img-\(kernel)"),
    .link("etc/systemd/system/multi-user.target.wants/ssh.service", to: "/lib/systemd/system/ssh.service"),
    // Longer than the 60 bytes that an inode holds itself.
    .link("usr/share/doc/miniature/long", to: "../../../" + String(repeating: "usr/../", count: 12) + "lib/os-release"),
    // A trap for whoever follows a guest's links on the host.
    .link("var/log/host-shadow.log", to: "/etc/shadow"),
  ]

  private static let system: [CpioEntry] = [
    .text(
      "usr/lib/os-release",
      """
      PRETTY_NAME="Debian GNU/Linux (miniature)"
      NAME="Debian GNU/Linux"
      VERSION_ID="13"
      VERSION="13 (miniature)"
      ID=debian
      HOME_URL="https://www.debian.org/"

      """),
    .text("etc/debian_version", "13.0\n"), .text("etc/hosts", "127.0.0.1\tlocalhost\n"),
    .text("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nmail:x:8:8:mail:/var/mail:/usr/sbin/nologin\n"),
    .text("etc/group", "root:x:0:\nmail:x:8:\nshadow:x:42:\nssl-cert:x:110:\nsystemd-journal:x:999:\n"),
    .text("etc/default/locale", "LANG=en_US.UTF-8\n"),
    .text("etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\n"),
    .text("etc/network/interfaces", "auto lo\niface lo inet loopback\n\nallow-hotplug ens3\niface ens3 inet dhcp\n"),
    .text("var/lib/dpkg/status", "Package: miniature\nStatus: install ok installed\nVersion: 1\n\n"),
    .text("var/lib/dpkg/diversions", ""), .text("var/mail/mail", "", 0o660, owner: 8, group: 8),
    .text("usr/bin/passwd", "#!/bin/sh\nexit 0\n", 0o4755), .text("usr/bin/ping", "#!/bin/sh\nexit 0\n", 0o755),
    .text("usr/bin/chage", "#!/bin/sh\nexit 0\n", 0o2755, group: 42),
    .text("usr/bin/perl", "#!/bin/sh\nexit 0\n", 0o755),
    CpioEntry("usr/bin/perl5.40.1", .hardLink(to: "usr/bin/perl"), permissions: 0o755),
    .text("usr/share/doc/miniature/caf\u{E9} au lait", "a name that is not ASCII\n"),
  ]

  private static let boot: [CpioEntry] = [
    .text("boot/vmlinuz-\(kernel)", "not a kernel\n"), .text("boot/initrd.img-\(kernel)", "not an initrd\n", 0o600),
    .text("usr/lib/modules/\(kernel)/modules.dep", ""),
  ]

  /// What belongs to this machine alone; a golden image has none of it.
  private static let identity: [CpioEntry] =
    ["rsa", "ecdsa", "ed25519"].flatMap { kind in
      [
        CpioEntry.text(
          "etc/ssh/ssh_host_\(kind)_key",
          "-----BEGIN OPENSSH PRIVATE KEY-----\n\(kind) of the miniature\n-----END OPENSSH PRIVATE KEY-----\n", 0o600),
        .text("etc/ssh/ssh_host_\(kind)_key.pub", "ssh-\(kind) AAAA root@miniature\n"),
      ]
    } + [
      .text(
        "var/lib/dhcp/dhclient.ens3.leases",
        "lease {\n  interface \"ens3\";\n  fixed-address 10.0.2.15;\n  option routers 10.0.2.2;\n}\n"),
      .text("var/lib/systemd/random-seed", String(repeating: "not so random. ", count: 34), 0o600),
      .text("root/.bash_history", "miniature\n", 0o600),
    ]

  private static let logs: [CpioEntry] =
    [
      "alternatives.log", "bootstrap.log", "dpkg.log", "fontconfig.log", "apt/history.log", "apt/eipp.log.xz",
    ].map { .text("var/log/\($0)", "log of the miniature's installation\n") } + [
      .text("var/log/apt/term.log", "log of the miniature's installation\n", 0o640, group: 4),
      .text("var/log/btmp", "", 0o660, group: 43), .text("var/log/lastlog", "", 0o664, group: 43),
      .text("var/log/wtmp", "", 0o664, group: 43),
      .text(
        "var/log/journal/00112233445566778899aabbccddeeff/system.journal", "LPKSHHRH of the miniature\n", 0o640,
        group: 999),
    ]
}
