/// Watches YaST: its log and linuxrc's on the second serial port, kernel and screen on the first.
///
/// Only strings that YaST never translates are looked for in its log. (branches SLE-15-SP6 of yast-yast2: ProductControl.rb,
/// Hooks.rb; yast-installation: umount_finish.rb; yast-autoinstallation: AutoinstSoftware.rb, inst_autosetup.rb)
package struct AutoYaSTWatcher: InstallerWatcher {
  private var progress = StepProgress(AutoYaSTWatcher.steps)
  private var scripts = AnswerScripts()
  private var packages = 0

  package init() {}

  package mutating func read(line: String, from channel: LogChannel) -> [InstallerObservation] {
    if let observed = scripts.read(line) {
      return observed == [.finished] ? finish() : observed
    }
    switch channel {
    case .console: return readConsole(line)
    case .installer: return readLog(line)
    }
  }

  private static let steps: [(title: String, share: Double)] = [
    ("starting", 60), ("reading the profile", 20), ("choosing software", 40), ("partitioning", 15),
    ("installing packages", 400), ("configuring the system", 90),
  ]

  /// YaST's clients and the step each begins.
  private static let modules: [String: String] = [
    "inst_autoinit": "reading the profile", "inst_autosetup": "choosing software", "inst_prepdisk": "partitioning",
    "inst_kickoff": "installing packages", "inst_rpmcopy": "installing packages",
    "inst_finish": "configuring the system",
  ]

  // MARK: The second serial port

  private mutating func readLog(_ line: String) -> [InstallerObservation] {
    if let range = line.firstRange(of: "Running module: ") {
      let name = line[range.upperBound...].drop { $0 == "`" }.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      return Self.modules[String(name)].map { progress.enter($0) } ?? []
    }
    if line.contains("Installed package ") {
      packages += 1
      // How many there will be is not said: the bar goes on, ever slower.
      return progress.title == "installing packages" ? progress.advance(Double(packages) / Double(packages + 300)) : []
    }
    if line.contains("umount_finish.rb done") { return finish() }
    if let problem = Self.problem(in: line) { return [.failure(problem)] }
    if line.contains("Skipping invalid XML!") { return [.warning("YaST finds the profile invalid, and goes on")] }
    return []
  }

  private static func problem(in line: String) -> InstallerProblem? {
    func tail(of mark: String) -> String? {
      line.firstRange(of: mark).map { String(line[$0.upperBound...].drop { $0 == " " || $0 == ":" }.prefix(200)) }
    }
    if let patterns = tail(of: "Error while setting pattern") {
      return InstallerProblem("no repository has the pattern \(patterns)", hint: "check 'groups'")
    }
    if line.contains("(selected by AutoYaST configuration file)") {
      let name = line.split(separator: " : ").first?.split(separator: " ").last ?? "?"
      return InstallerProblem("no repository has the package '\(name)'", hint: "check 'packages'")
    }
    if line.contains("Executing hook 'installation_failure'") {
      return InstallerProblem("YaST gave up", hint: "the lines of the installer's log show why")
    }
    if line.contains("Executing hook 'installation_aborted'") || line.hasSuffix(" Aborting...") {
      return InstallerProblem("YaST stopped the installation", hint: "the lines of the installer's log show why")
    }
    if line.contains("Failed to download AutoYaST file") {
      return InstallerProblem("the profile could not be read by the installer")
    }
    return nil
  }

  // MARK: The first serial port

  private mutating func readConsole(_ line: String) -> [InstallerObservation] {
    let signs = GuestSigns.read(line)
    if !signs.isEmpty { return signs }
    for (text, problem) in Self.screens where line.contains(text) { return [.failure(problem)] }
    for (text, key) in Self.questions where line.contains(text) {
      return [.question(InstallerQuestion(key: key, priority: "critical"))]
    }
    return []
  }

  /// What the screen says when it waits for ever after an error.
  private static let screens: [(text: String, problem: InstallerProblem)] = [
    ("Error while parsing the control file", InstallerProblem("YaST cannot read the profile")),
    ("System Profile Location", InstallerProblem("YaST does not find the profile")),
    ("is not a valid XML document", InstallerProblem("YaST finds the profile invalid", hint: "check it with xmllint")),
    (
      "None or wrong base product has been defined",
      InstallerProblem("YaST does not know which product to install", hint: "check 'answer-dialect' and 'mirror'")
    ),
    (
      "does not match your boot medium",
      InstallerProblem(
        "the installer's kernel and what it loaded are of two states of the mirror",
        hint: "the mirror moved during the installation: build again")
    ),
    (
      "matching boot image",
      InstallerProblem(
        "the installer's kernel and what it loaded are of two states of the mirror",
        hint: "the mirror moved during the installation: build again")
    ),
    (
      "Digest verification failed",
      InstallerProblem(
        "a file of the installer's is not what the repository's signed list says",
        hint: "the mirror is being changed: build again, or name another mirror")
    ),
    ("No repository found.", InstallerProblem("the installer finds no repository", hint: "check 'mirror'")),
  ]

  private static let questions: [(text: String, key: String)] = [
    ("Confirm Installation", "general/mode/confirm"), ("Main Menu", "the installer's main menu"),
    ("What type of terminal do you have", "the terminal's type"), ("License Agreement", "the licence"),
  ]

  private mutating func finish() -> [InstallerObservation] {
    if let problem = scripts.problem { return [.failure(problem)] }
    return progress.finish()
  }
}
