/// The steps of Anaconda in the order it takes them, with the share of the time each takes.
///
/// To change: one line per queue of tasks. The log names queues in English always (`Queue started: NAME (k)`), the screen in the
/// language of the installation: its words are only understood in English, for files of the user's that send no log.
/// (pyanaconda of rhel-9, rhel-10 and fedora-43: installation.py, modules/boss/installation.py)
enum AnacondaPhases {
  struct Phase {
    /// Anaconda's names of the queue.
    var queues: [String]
    /// What the screen says when it begins.
    var words: String
    /// For people.
    var title: String
    /// Seconds, a guess.
    var share: Double
  }

  static let software = "software"

  static let all: [Phase] = [
    Phase(queues: [], words: "", title: "starting", share: 60),
    Phase(queues: [], words: "Starting automated install", title: "reading the answers", share: 20),
    Phase(
      queues: ["Installation environment setup"], words: "Setting up the installation environment",
      title: "environment", share: 5),
    Phase(
      queues: ["Early storage configuration"], words: "Configuring storage", title: "partitioning", share: 20),
    Phase(
      queues: ["Pre-install scripts", "Pre install tasks"], words: "Running pre-installation tasks",
      title: "preparation of the software", share: 10),
    Phase(
      queues: ["Payload installation"], words: "Installing the software", title: AnacondaPhases.software, share: 400),
    Phase(queues: ["Late storage configuration"], words: "", title: "storage", share: 2),
    Phase(queues: ["Bootloader installation"], words: "Installing boot loader", title: "boot loader", share: 15),
    Phase(
      queues: ["Post-installation setup tasks"], words: "Performing post-installation setup tasks",
      title: "configuration", share: 10),
    Phase(
      queues: ["Certificates import", "Installed system configuration"], words: "Configuring installed system",
      title: "configuration", share: 10),
    Phase(queues: ["Network configuration"], words: "Writing network configuration", title: "configuration", share: 2),
    Phase(queues: ["User creation"], words: "Creating users", title: "users", share: 3),
    Phase(queues: ["Initramfs generation"], words: "Generating initramfs", title: "initramfs", share: 60),
    Phase(
      queues: ["Post installation scripts"], words: "Running post-installation scripts", title: "scripts", share: 15),
  ]

  static func index(ofQueue name: Substring) -> Int? { all.firstIndex { $0.queues.contains(String(name)) } }

  static func index(ofWords line: String) -> Int? {
    all.firstIndex { !$0.words.isEmpty && line.contains($0.words) }
  }

  /// The share of the whole before the phase at `index`, and that of the phase itself: 0 to 1.
  static func span(at index: Int) -> (before: Double, width: Double) {
    (shares[..<index].reduce(0, +) / total, shares[index] / total)
  }

  private static let shares = all.map(\.share)
  private static let total = shares.reduce(0, +)
}
