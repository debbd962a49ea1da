/// Watches Ubuntu's installer: its reports on the console, its debug log and our scripts' events on the second serial port.
///
/// The console prints `start: subiquity/Install/install: …` (indented by depth, without results), the log the same behind a time with
/// the result: `finish: subiquity/Install/install: FAIL: …`. (subiquity, client/client.py and server/controllers/reporting.py of
/// 22.04 to 26.04; curtin, reporter/events.py)
package struct SubiquityWatcher: InstallerWatcher {
  private var phase = 0
  private var isFinished = false
  /// The innermost step that failed: it ends first, those around it fail because of it.
  private var failedStep: String?

  package init() {}

  package mutating func read(line: String, from channel: LogChannel) -> [InstallerObservation] {
    if channel == .installer, let events = GuestEventLines.read(line) {
      if events.contains(.finished) { return finish() }
      return events
    }
    let signs = channel == .console ? GuestSigns.read(line) : []
    if !signs.isEmpty { return signs }
    if let problem = prompt(in: line) { return [.failure(problem)] }
    if let range = line.firstRange(of: "start: ") { return started(Self.context(line[range.upperBound...])) }
    if let range = line.firstRange(of: "finish: ") { return ended(line[range.upperBound...]) }
    if line.contains("Unrecognized top-level key ") { return [.warning(String(line.suffix(200)))] }
    return []
  }

  /// `Install/install/curtin_install` of `  subiquity/Install/install/curtin_install: installing system`.
  private static func context(_ text: Substring) -> Substring {
    let name = text.drop { $0 == " " }.prefix { $0 != ":" && $0 != " " }
    return name.hasPrefix("subiquity/") ? name.dropFirst("subiquity/".count) : ""
  }

  private mutating func started(_ context: Substring) -> [InstallerObservation] {
    if context.hasPrefix("Shutdown/shutdown") { return [.phase("finishing")] + finish() }
    // Steps are reported on both channels, and some are entered again.
    guard let index = SubiquityPhases.index(of: context), index > phase else { return [] }
    phase = index
    return [.phase(SubiquityPhases.all[index].title), .progress(SubiquityPhases.reached(at: index))]
  }

  private mutating func ended(_ text: Substring) -> [InstallerObservation] {
    let name = Self.context(text)
    let parts = text.drop { $0 == " " }.split(separator: ":", maxSplits: 2).map { $0.drop { $0 == " " } }
    guard !name.isEmpty, parts.count >= 2, parts[1] == "FAIL" else { return [] }
    if failedStep == nil, name.hasPrefix("Install/") || name.hasPrefix("Late/") || name.hasPrefix("Early/") {
      let words = parts.count > 2 ? parts[2].prefix(200) : ""
      failedStep = "'\(name.prefix(120))'" + (words.isEmpty ? "" : " (\(words))")
    }
    guard Self.ends.contains(where: { name == $0 }) else { return [] }
    return [.failure(InstallerProblem("the installer's step \(failedStep ?? "'\(name)'") failed", hint: Self.logHint))]
  }

  /// Steps whose failure ends the installation; others are tried again or do without.
  private static let ends = [
    "Install/install", "Late/run", "Early/run", "load_autoinstall_config", "apply_autoinstall_config",
    "core_validation",
  ]
  private static let logHint = "the lines of the installer's log show why"

  /// What the installer prints when it waits for a person.
  private func prompt(in line: String) -> InstallerProblem? {
    if line.contains("Confirmation is required to continue") {
      return InstallerProblem(
        "the installer asks whether it may begin", hint: "the word 'autoinstall' is missing on its kernel line")
    }
    if line.contains("An error occurred. Press enter to start a shell") {
      let step = failedStep.map { " in the step \($0)" } ?? ""
      return InstallerProblem("the installer stopped with an error\(step)", hint: Self.logHint)
    }
    for sign in ["keys to select your language", "it has started in basic mode"] where line.contains(sign) {
      return InstallerProblem(
        "the installer found no answers and asks everything",
        hint: "cloud-init did not take the answers' volume; is the first line '#cloud-config'?")
    }
    return nil
  }

  private mutating func finish() -> [InstallerObservation] {
    guard !isFinished else { return [] }
    isFinished = true
    return [.progress(1), .finished]
  }
}
