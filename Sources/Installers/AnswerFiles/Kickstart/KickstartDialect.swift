/// The releases of Kickstart that are rendered, by the names that pykickstart gives them, and what each of them knows.
///
/// To add a release: a case, its column below for every command that is not plainly known there (`ksverdiff -f OLD -t NEW` of
/// pykickstart tells which), and a look at ``Kickstart`` for what it renders.
enum KickstartDialect: String, Sendable, CaseIterable {
  case rhel9 = "RHEL9"
  case rhel10 = "RHEL10"
  case fedora43 = "F43"
  case fedora44 = "F44"

  /// What a release makes of a command.
  enum Standing: Sendable {
    case known
    /// Read, with a complaint.
    case deprecated
    /// An error: the installation stops before it begins.
    case removed
    /// Never heard of: an error as well.
    case unknown
  }

  /// Whether its kernel can hold btrfs at all: Red Hat builds none.
  var hasBtrfs: Bool { self == .fedora43 || self == .fedora44 }

  func standing(of command: String) -> Standing {
    if KickstartDialect.everywhere.contains(command) { return .known }
    return KickstartDialect.rows[command].map(standing) ?? .unknown
  }

  /// What to write instead of a command that went; nil when nothing takes its place.
  func replacement(of command: String) -> String? { KickstartDialect.successors[command] }

  /// Commands that all four know. (pykickstart 3.78)
  private static let everywhere: Set<String> = [
    "authselect", "autopart", "bootloader", "cdrom", "clearpart", "cmdline", "driverdisk", "eula", "fcoe", "firewall",
    "firstboot", "graphical", "group", "halt", "harddrive", "hmc", "ignoredisk", "iscsi", "iscsiname", "keyboard",
    "lang", "liveimg", "logging", "logvol", "mediacheck", "mount", "network", "nfs", "ostreecontainer", "ostreesetup",
    "part", "partition", "poweroff", "raid", "realm", "reboot", "repo", "reqpart", "rescue", "rootpw", "selinux",
    "services", "shutdown", "skipx", "snapshot", "sshkey", "sshpw", "text", "timesource", "timezone", "updates", "url",
    "user", "volgroup", "xconfig", "zerombr", "zfcp", "zipl",
  ]

  /// The others, in the order of the cases. (pykickstart 3.78; `authconfig` of RHEL 9 is read with a complaint)
  private static let rows: [String: [Standing]] = [
    "auth": [.deprecated, .removed, .removed, .removed],
    "authconfig": [.deprecated, .removed, .removed, .removed],
    "autostep": [.deprecated, .removed, .removed, .removed],
    "bootc": [.unknown, .known, .known, .known],
    "btrfs": [.deprecated, .removed, .known, .known],
    "device": [.removed, .removed, .removed, .removed],
    "deviceprobe": [.removed, .removed, .removed, .removed],
    "dmraid": [.removed, .removed, .removed, .removed],
    "install": [.removed, .removed, .removed, .removed],
    "method": [.deprecated, .removed, .removed, .removed],
    "module": [.known, .deprecated, .deprecated, .deprecated],
    "multipath": [.removed, .removed, .removed, .removed],
    "nvdimm": [.known, .removed, .deprecated, .deprecated],
    "rdp": [.unknown, .known, .known, .known],
    "rhsm": [.known, .known, .unknown, .unknown],
    "syspurpose": [.known, .known, .unknown, .unknown],
    "vnc": [.known, .deprecated, .deprecated, .deprecated],
  ]

  private static let successors: [String: String] = [
    "auth": "use 'authselect'", "authconfig": "use 'authselect'", "vnc": "use 'rdp'",
    "install": "remove the line: installing is what a Kickstart file does", "upgrade": "remove the line",
    "method": "name the source with 'url', 'nfs', 'cdrom' or 'harddrive'",
  ]
}

extension KickstartDialect {
  /// Options of commands and sections that went or are about to. (`ksverdiff` of pykickstart 3.78)
  static let options: [(command: String, option: String, standings: [Standing])] = [
    ("%packages", "--nobase", [.removed, .removed, .removed, .removed]),
    ("bootloader", "--upgrade", [.removed, .removed, .removed, .removed]),
    ("harddrive", "--biospart", [.removed, .removed, .removed, .removed]),
    ("ignoredisk", "--interactive", [.removed, .removed, .removed, .removed]),
    ("logging", "--level", [.deprecated, .removed, .removed, .removed]),
    ("network", "--teamslaves", [.known, .deprecated, .known, .known]),
    ("part", "--active", [.removed, .removed, .removed, .removed]),
    ("partition", "--active", [.removed, .removed, .removed, .removed]),
    ("repo", "--ignoregroups", [.deprecated, .removed, .removed, .removed]),
    ("timezone", "--isUtc", [.known, .removed, .deprecated, .deprecated]),
    ("timezone", "--ntpservers", [.known, .removed, .deprecated, .deprecated]),
    ("timezone", "--nontp", [.known, .removed, .deprecated, .deprecated]),
  ]

  /// What the release makes of an option in the table above.
  func standing(_ standings: [Standing]) -> Standing {
    KickstartDialect.allCases.firstIndex(of: self).flatMap { $0 < standings.count ? standings[$0] : nil } ?? .unknown
  }
}
