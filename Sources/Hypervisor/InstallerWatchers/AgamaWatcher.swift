/// Watches Agama: the live system's journal on both serial ports, as its own unit and systemd write it there.
///
/// Agama powers the machine off after an error just as after success. (branch SLE-16 of agama: service/lib/agama/manager.rb,
/// rust/agama-autoinstall; strings of its log are not translated, those of its steps are)
package struct AgamaWatcher: InstallerWatcher {
  private var progress = StepProgress(AgamaWatcher.steps)
  private var scripts = AnswerScripts()
  private var failed = false

  package init() {}

  package mutating func read(line: String, from channel: LogChannel) -> [InstallerObservation] {
    if let observed = scripts.read(line) {
      return observed == [.finished] ? finish() : observed
    }
    let signs = GuestSigns.read(line)
    if !signs.isEmpty { return signs }
    if let problem = Self.problem(in: line) {
      // Each line comes on both ports.
      defer { failed = true }
      return failed ? [] : [.failure(problem)]
    }
    if line.contains("Install phase done") { return finish() }
    return readProgress(line)
  }

  private static let steps: [(title: String, share: Double)] = [
    ("starting", 90), ("reading the profile", 10), ("Analyze disks", 15), ("Configure software", 45),
    ("Prepare disks", 15), ("Install software", 350), ("Configure the system", 60),
  ]

  /// `Install software (2/3)` begins a step; other counts move the bar inside it when they are of packages.
  private mutating func readProgress(_ line: String) -> [InstallerObservation] {
    if line.contains("Loading configuration from ") { return progress.enter("reading the profile") }
    guard line.hasSuffix(")"), let open = line.lastIndex(of: "(") else { return [] }
    let counts = line[line.index(after: open)...].dropLast().split(separator: "/").map { Double($0) ?? 0 }
    guard counts.count == 2, counts[0] >= 1, counts[1] >= counts[0] else { return [] }
    let title = line[..<open].split(separator: ": ").last.map { $0.trimmingPrefix(" ") } ?? ""
    let name = String(title.reversed().drop { $0 == " " }.reversed())
    if counts[1] <= 3, Self.steps.contains(where: { $0.title == name }) { return progress.enter(name) }
    guard progress.title == "Install software", counts[1] >= 20 else { return [] }
    return progress.advance(counts[0] / counts[1])
  }

  private static func problem(in line: String) -> InstallerProblem? {
    func tail(of mark: String) -> String? {
      line.firstRange(of: mark).map { String(line[$0.upperBound...].drop { $0 == " " || $0 == ":" }.prefix(200)) }
    }
    if let reason = tail(of: "Installation error:") { return InstallerProblem("Agama failed: \(reason)") }
    if let reason = tail(of: "Startup error:") { return InstallerProblem("Agama could not start: \(reason)") }
    if let reason = tail(of: "Could not load configuration from ") {
      return InstallerProblem(
        "Agama could not load the profile: \(reason)", hint: "check the profile with 'agama config validate'")
    }
    if let reason = tail(of: "Skipping the auto-installation:") {
      return InstallerProblem("Agama does not install by itself: \(reason)")
    }
    if line.contains("agama-autoinstall"), let reason = tail(of: "]: Error:") {
      return InstallerProblem("Agama does not install: \(reason)")
    }
    if let reason = tail(of: "Failed to run user-defined script") {
      return InstallerProblem("a script of the profile could not be started: \(reason)")
    }
    if line.contains("The installer has not finished correctly") {
      return InstallerProblem("Agama did not finish", hint: "the lines of the installer's log show why")
    }
    if line.contains("Entering emergency mode") {
      return InstallerProblem("the live system could not be loaded", hint: "check 'mirror' and the network")
    }
    return nil
  }

  private mutating func finish() -> [InstallerObservation] {
    if let problem = scripts.problem { return [.failure(problem)] }
    return failed ? [] : progress.finish()
  }
}
