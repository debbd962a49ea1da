/// Watches Debian's installer: its syslog on the second serial port, kernel and screen on the first.
///
/// The strings are those of main-menu 1.70, finish-install 2.124 and cdebconf of Debian 13; Debian 12 has the same.
package struct DebianInstallerWatcher: InstallerWatcher {
  private var trace = DebconfTrace()
  private var phase = 0
  private var reached = 0.0
  private var savedLogs = false
  private var saysFinishing = false
  private var isFinished = false

  package init() {}

  package mutating func read(line: String, from channel: LogChannel) -> [InstallerObservation] {
    switch channel {
    case .console: readConsole(line)
    case .installer: readLog(line)
    }
  }

  // MARK: The second serial port

  private mutating func readLog(_ line: String) -> [InstallerObservation] {
    let (tag, message) = DebianInstallerWatcher.parts(of: line)
    switch tag {
    case "debconf":
      let observed = trace.read(message).map(judged)
      return observed + advance()
    case "main-menu": return readMenu(message)
    case "finish-install": return readFinish(message)
    case "kernel": return GuestSigns.read(String(message))
    case "debootstrap":
      guard message.hasPrefix("E:") || message.hasPrefix("error:") else { return [] }
      return [.warning("debootstrap: \(message.prefix(200))")]
    default: return []
    }
  }

  private mutating func readMenu(_ message: Substring) -> [InstallerObservation] {
    if message.hasSuffix(" selected"), let item = DebianInstallerWatcher.quoted(in: message) {
      trace.forgetBars()
      guard let index = DebianPhases.all.firstIndex(where: { $0.item == item }) else { return [.phase(item)] }
      // Several items are one step for people.
      let isNew = DebianPhases.all[index].title != DebianPhases.all[phase].title
      phase = index
      return (isNew ? [.phase(DebianPhases.all[index].title)] : []) + advance()
    }
    if message.hasSuffix(" failed."), message.contains("Menu item '") {
      return failed(message)
    }
    if message.contains("Configuring '"), message.contains("failed with error code"), !message.hasSuffix(" code 10") {
      return failed(message)
    }
    return []
  }

  private func failed(_ message: Substring) -> [InstallerObservation] {
    let item = DebianInstallerWatcher.quoted(in: message) ?? "?"
    let title = DebianPhases.all.first { $0.item == item }.map { " (\($0.title))" } ?? ""
    return [.failure(InstallerProblem("the installer's step '\(item)'\(title) failed"))]
  }

  /// Hooks run in the order of their numbers: 94save-logs, 95umount, 97release-dhcp-lease, 99reboot. Which of the last is seen
  /// is a matter of luck: the guest's log goes down with it.
  private mutating func readFinish(_ message: Substring) -> [InstallerObservation] {
    let hooks = "/usr/lib/finish-install.d/"
    guard let range = message.firstRange(of: hooks) else { return [] }
    let hook = message[range.upperBound...].prefix { !$0.isWhitespace }
    if message.hasPrefix("warning: ") || message.hasPrefix("error: ") {
      return [.warning("the installer's hook '\(hook)' failed")]
    }
    guard message.hasPrefix("info: Running "), let number = Int(hook.prefix(2)) else { return [] }
    if number >= 94 { savedLogs = true }
    return number >= 95 ? finish() : []
  }

  // MARK: The first serial port

  private mutating func readConsole(_ line: String) -> [InstallerObservation] {
    let signs = GuestSigns.read(line)
    if !signs.isEmpty { return signs }
    if line.contains("Finishing the installation") { saysFinishing = true }
    // BusyBox init's words; after the installer's last step they are as good as its own.
    if savedLogs || saysFinishing, line.contains("Requesting system ") { return finish() }
    // The text frontend, for answer files without the trace; these prompts wait for ever.
    if line.contains("!! ERROR:") {
      return [.question(InstallerQuestion(key: String(line.prefix(200)), priority: "critical"))]
    }
    if line.contains("Prompt: '?' for help") {
      return [.question(.unnamed)]
    }
    return []
  }

  // MARK: Common

  private mutating func finish() -> [InstallerObservation] {
    guard !isFinished else { return [] }
    isFinished = true
    reached = 1
    return [.progress(1), .finished]
  }

  /// The overall progress when it has grown by at least a thousandth.
  private mutating func advance() -> [InstallerObservation] {
    let (before, width) = DebianPhases.span(at: phase)
    // The end is reached by the last word, not by a bar.
    let now = min(0.999, before + width * (trace.fraction ?? 0))
    guard now >= reached + 0.001 else { return [] }
    reached = now
    return [.progress(now)]
  }

  private func judged(_ observation: InstallerObservation) -> InstallerObservation {
    guard case .question(let question) = observation, var problem = DebianQuestions.problem(question.key) else {
      return observation
    }
    let values = trace.values(for: question.key)
    if !values.isEmpty { problem.reason += " (\(values.joined(separator: ", ")))" }
    return .failure(problem)
  }

  /// Tag and message of a syslog line: `Nov 21 09:12:15 main-menu[2427]: INFO: Menu item 'netcfg' selected`.
  private static func parts(of line: String) -> (tag: Substring, message: Substring) {
    let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: true)
    guard words.count == 4, let colon = words[3].firstIndex(of: ":") else { return ("", line[...]) }
    let tag = words[3][..<colon].prefix { $0 != "[" }
    let message = words[3][words[3].index(after: colon)...].drop { $0 == " " }
    return (tag, message)
  }

  private static func quoted(in text: Substring) -> String? {
    guard let open = text.firstIndex(of: "'") else { return nil }
    let rest = text[text.index(after: open)...]
    guard let close = rest.firstIndex(of: "'") else { return nil }
    return String(rest[..<close].prefix(60))
  }
}
