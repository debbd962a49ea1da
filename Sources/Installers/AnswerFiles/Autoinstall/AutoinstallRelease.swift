import Model

/// What one release of Ubuntu's installer knows: the table of dialects.
///
/// To add a release: a line in ``all``, with the top-level keys of its `autoinstall-schema.json` that older ones lack.
/// (canonical/subiquity, branches ubuntu/22.04.1, ubuntu/noble, ubuntu/resolute)
struct AutoinstallRelease: Sendable {
  /// `24.04`, the dialect's name.
  let name: String
  /// The suite of its archive, the only one that its installer installs.
  let codename: String
  /// Top-level keys; others are dropped by the installer with a warning in a log.
  let keys: Set<String>

  /// `apt: mirror-selection` and `fallback`; without, one mirror as `primary`, and no choice when it fails.
  let hasMirrorSelection: Bool

  func knows(_ key: String) -> Bool { keys.contains(key) }

  static let all = [
    AutoinstallRelease(name: "22.04", codename: "jammy", keys: jammy, hasMirrorSelection: false),
    AutoinstallRelease(name: "24.04", codename: "noble", keys: noble, hasMirrorSelection: true),
    AutoinstallRelease(name: "26.04", codename: "resolute", keys: resolute, hasMirrorSelection: true),
  ]

  /// `interactive-sections` is in the schema only since 24.04, but known to all.
  private static let jammy: Set<String> = [
    "apt", "debconf-selections", "drivers", "early-commands", "error-commands", "identity", "interactive-sections",
    "kernel", "keyboard", "late-commands", "locale", "network", "packages", "proxy", "refresh-installer", "reporting",
    "shutdown", "snaps", "source", "ssh", "storage", "timezone", "ubuntu-advantage", "ubuntu-pro", "updates",
    "user-data", "version",
  ]
  private static let noble = jammy.union(["active-directory", "codecs", "oem"])
  private static let resolute = noble.union(["kernel-crash-dumps", "zdevs"])

  /// The release with that name; nil when there is none.
  static func named(_ name: String) -> AutoinstallRelease? { all.first { $0.name == name } }

  /// The request's release; throws a `FactoryError` for one that is not in the table.
  init(_ request: RenderRequest) throws {
    guard let known = AutoinstallRelease.named(request.dialect) else {
      throw request.problem(
        "answer-dialect", "'\(request.dialect.printable)' is no release that the format 'autoinstall' knows",
        hint: "one of \(AutoinstallRelease.all.map { "'\($0.name)'" }.joined(separator: ", "))")
    }
    self = known
    let suite = request.answers.archive.suite
    guard suite.isEmpty || suite == codename else {
      throw request.problem(
        "suite",
        "the answer-file format 'autoinstall' installs '\(codename)' for Ubuntu \(name), not '\(suite.printable)'",
        hint: "leave 'suite' out")
    }
  }

  private init(name: String, codename: String, keys: Set<String>, hasMirrorSelection: Bool) {
    self.name = name
    self.codename = codename
    self.keys = keys
    self.hasMirrorSelection = hasMirrorSelection
  }
}
