/// The steps of Ubuntu's installer in their order, with the share of the time each takes.
///
/// To change: one line per step, with the beginning of the context's name that subiquity reports. Shares are rough; the shape, not
/// the minutes, is what a bar of progress needs.
enum SubiquityPhases {
  struct Phase {
    /// What the context's name begins with, behind `subiquity/`; several may be one step.
    var names: [String]
    /// For people.
    var title: String
    /// Seconds.
    var share: Double
  }

  static let all: [Phase] = [
    Phase(names: [], title: "starting", share: 60),
    Phase(names: ["Early/run"], title: "early commands", share: 2),
    Phase(names: ["apply_autoinstall_config"], title: "answers", share: 20),
    Phase(names: ["Install/install/configure_apt"], title: "package sources", share: 10),
    Phase(names: ["Install/install/curtin_install"], title: "disk", share: 10),
    Phase(names: [], title: "base system", share: 120),
    Phase(names: [], title: "kernel and boot loader", share: 150),
    Phase(names: ["Install/install/postinstall"], title: "software", share: 120),
    Phase(names: ["Install/install/postinstall/run_unattended_upgrades"], title: "updates", share: 90),
    Phase(names: ["Late/run"], title: "late commands", share: 30),
    Phase(names: ["Shutdown/"], title: "finishing", share: 10),
  ]

  /// The step that a context's start means, by the longest name that fits; nil when it means none.
  static func index(of context: Substring) -> Int? {
    // curtin's stages have names of their own, the same wherever they stand.
    for (stage, title) in stages where context.contains(stage) { return all.firstIndex { $0.title == title } }
    var best: (index: Int, length: Int)?
    for (index, phase) in all.enumerated() {
      for name in phase.names where context.hasPrefix(name) && name.count > best?.length ?? 0 {
        best = (index, name.count)
      }
    }
    return best?.index
  }

  private static let stages = [
    ("/stage-partitioning", "disk"), ("/stage-extract", "base system"), ("/stage-curthooks", "kernel and boot loader"),
  ]

  /// The share of the whole before the phase at `index`: 0 to 1.
  static func reached(at index: Int) -> Double {
    all[..<index].reduce(0) { $0 + $1.share } / all.reduce(0) { $0 + $1.share }
  }
}
