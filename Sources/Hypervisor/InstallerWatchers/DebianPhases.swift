/// The steps of Debian's installer in the order of its main menu, with the share of the time each takes.
///
/// To change: one line per menu item (the package name in `Menu item 'X' selected`). Shares are seconds of a Debian 12
/// installation of 676 s under TCG; under KVM they differ, which a bar of progress can bear.
enum DebianPhases {
  struct Phase {
    /// The installer's name of the menu item.
    var item: String
    /// For people.
    var title: String
    /// Seconds.
    var share: Double
  }

  static let start = Phase(item: "", title: "starting", share: 20)

  static let all: [Phase] = [
    start,
    Phase(item: "localechooser", title: "language and keyboard", share: 3),
    Phase(item: "brltty-udeb", title: "language and keyboard", share: 1),
    Phase(item: "console-setup-udeb", title: "language and keyboard", share: 2),
    Phase(item: "ethdetect", title: "network hardware", share: 20),
    Phase(item: "netcfg", title: "network", share: 10),
    Phase(item: "network-preseed", title: "network", share: 1),
    Phase(item: "choose-mirror", title: "mirror", share: 4),
    Phase(item: "download-installer", title: "installer components", share: 72),
    Phase(item: "user-setup-udeb", title: "users and clock", share: 2),
    Phase(item: "clock-setup", title: "users and clock", share: 3),
    Phase(item: "disk-detect", title: "disks", share: 8),
    Phase(item: "partman-base", title: "partitioning", share: 28),
    Phase(item: "bootstrap-base", title: "base system", share: 269),
    Phase(item: "apt-setup-udeb", title: "package sources", share: 20),
    Phase(item: "pkgsel", title: "software", share: 167),
    Phase(item: "grub-installer", title: "boot loader", share: 49),
    Phase(item: "finish-install", title: "finishing", share: 20),
  ]

  /// The share of the whole before the phase at `index`, and that of the phase itself: 0 to 1.
  static func span(at index: Int) -> (before: Double, width: Double) {
    (shares[..<index].reduce(0, +) / total, shares[index] / total)
  }

  private static let shares = all.map(\.share)
  private static let total = shares.reduce(0, +)
}
