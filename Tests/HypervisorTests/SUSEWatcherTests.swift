import Testing

@testable import Hypervisor

/// Logs of openSUSE's installers cut to the lines that mean something.
private enum SUSELog {
  static func y2(_ text: String) -> String { "2026-11-21 09:12:15 <1> install(3456) [Ruby] modules/X.rb(f):12 \(text)" }
  static func module(_ name: String) -> String { y2("Running module: `\(name) ($[\"enable_back\":false]) (3)") }
  static func event(_ text: String) -> String { "image-factory-event: \(text)" }
  static func journal(_ text: String) -> String { "Nov 21 09:12:15 \(text)" }

  static let yastStart = [module("inst_autoinit"), event("phase the profile is read"), module("inst_autosetup")]
  static let yastSuccess =
    yastStart + [module("inst_prepdisk"), module("inst_kickoff")]
    + (1...200).map { y2("Installed package package-\($0)") }
    + [module("inst_finish"), event("phase files"), event("phase the system is complete"), y2("umount_finish.rb done")]
    + [event("done")]

  static let agamaStart = [
    journal("agama-autoinstall[900]: Loading configuration from label://OEMDRV/autoinst.json"),
    event("phase the profile is read"),
    journal("agamactl[800]: Analyze disks (1/2)"), journal("agamactl[800]: Configure software (2/2)"),
  ]
  static let agamaSuccess =
    agamaStart + [journal("agamactl[800]: Prepare disks (1/3)"), journal("agamactl[800]: Install software (2/3)")]
    + (1...200).map { journal("agamactl[801]: Installing package-\($0) (\($0)/200)") }
    + [
      journal("agamactl[800]: Configure the system (3/3)"), event("phase accounts"),
      event("phase the system is complete"),
    ]
    + [journal("agamactl[800]: Install phase done"), event("done")]
}

private func observe<Watcher: InstallerWatcher>(
  _ kind: Watcher.Type, _ lines: [String], on channel: LogChannel = .installer
) -> [InstallerObservation] {
  var watcher = Watcher()
  return lines.flatMap { watcher.read(line: $0, from: channel) }
}

private func phases(_ observations: [InstallerObservation]) -> [String] {
  observations.compactMap { if case .phase(let title) = $0 { title } else { nil } }
}

private func failures(_ observations: [InstallerObservation]) -> [String] {
  observations.compactMap { if case .failure(let problem) = $0 { problem.reason } else { nil } }
}

private func progress(_ observations: [InstallerObservation]) -> [Double] {
  observations.compactMap { if case .progress(let value) = $0 { value } else { nil } }
}

@Suite("watching YaST") struct AutoYaSTWatcherTests {
  @Test("linuxrc's windows about a mirror that moves end the installation and say so")
  func moved() {
    for (line, word) in [
      ("Installation system does not match your boot medium.", "two states of the mirror"),
      ("To use the selected repository a matching boot image is needed.", "two states of the mirror"),
      ("Digest verification failed.", "signed list"),
    ] {
      let found = failures(observe(AutoYaSTWatcher.self, ["│ \(line) │"], on: .console))
      #expect(found.count == 1 && found[0].contains(word), "\(line)")
    }
  }

  @Test("a successful installation has its steps in order, growing progress and one last word")
  func success() {
    let observations = observe(AutoYaSTWatcher.self, SUSELog.yastSuccess)
    #expect(
      phases(observations) == [
        "reading the profile", "the profile is read", "choosing software", "partitioning", "installing packages",
        "configuring the system", "files", "the system is complete",
      ])
    let values = progress(observations)
    #expect(values == values.sorted() && values.last == 1 && values.count > 20)
    #expect(observations.filter { $0 == .finished }.count == 1)
    #expect(failures(observations).isEmpty)
  }

  @Test("YaST's own last word is enough for a user's own profile")
  func ownFile() {
    let lines = [SUSELog.module("inst_finish"), SUSELog.y2("umount_finish.rb done")]
    #expect(observe(AutoYaSTWatcher.self, lines).last == .finished)
  }

  @Test("the last word of an installation whose script got lost is a failure")
  func lostScript() {
    let observations = observe(AutoYaSTWatcher.self, SUSELog.yastStart + [SUSELog.y2("umount_finish.rb done")])
    #expect(failures(observations).count == 1 && !observations.contains(.finished))
  }

  @Test(
    "failures are known at once",
    arguments: [
      (
        SUSELog.event("error the answer file's script failed with exit status 1 in the step 'files'"),
        "the step 'files'"
      ),
      (SUSELog.y2("Error while setting pattern: minimal_bsae"), "no repository has the pattern minimal_bsae"),
      (SUSELog.y2("  vimm : no such package (selected by AutoYaST configuration file)"), "the package 'vimm'"),
      (SUSELog.y2("Executing hook 'installation_failure'"), "YaST gave up"),
      (SUSELog.y2("Executing hook 'installation_aborted'"), "YaST stopped"),
      (SUSELog.y2("Aborting..."), "YaST stopped"),
      ("Failed to download AutoYaST file.", "the profile could not be read"),
    ])
  func failure(line: String, words: String) {
    let found = failures(observe(AutoYaSTWatcher.self, SUSELog.yastStart + [line]))
    #expect(found.count == 1 && found[0].contains(words), "\(found)")
  }

  @Test(
    "screens that wait for ever are failures",
    arguments: [
      "Error while parsing the control file.", "| System Profile Location |", "No repository found.",
      "The AutoYaST profile is not a valid XML document.", "None or wrong base product has been defined in the",
      "[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs",
    ])
  func screen(line: String) {
    #expect(failures(observe(AutoYaSTWatcher.self, [line], on: .console)).count == 1)
  }

  @Test("questions on the screen are seen", arguments: ["Confirm Installation", "Main Menu", "License Agreement"])
  func question(text: String) {
    guard case .question? = observe(AutoYaSTWatcher.self, ["    \(text)   "], on: .console).first else {
      Issue.record("no question")
      return
    }
  }

  @Test("a script's own text in a log is no event")
  func quotedEvent() {
    #expect(observe(AutoYaSTWatcher.self, [SUSELog.y2("source: echo \"image-factory-event: error x\"")]).isEmpty)
  }
}

@Suite("watching Agama") struct AgamaWatcherTests {
  @Test("a successful installation has its steps in order, growing progress and one last word")
  func success() {
    let observations = observe(AgamaWatcher.self, SUSELog.agamaSuccess)
    #expect(
      phases(observations) == [
        "reading the profile", "the profile is read", "Analyze disks", "Configure software", "Prepare disks",
        "Install software", "Configure the system", "accounts", "the system is complete",
      ])
    let values = progress(observations)
    #expect(values == values.sorted() && values.last == 1 && values.count > 20)
    #expect(observations.filter { $0 == .finished }.count == 1)
  }

  @Test(
    "failures are known at once and told once",
    arguments: [
      ("agamactl[800]: Installation error: #<RuntimeError: no space>. Backtrace: []", "no space"),
      ("agamactl[800]: Startup error: #<X>", "could not start"),
      ("agama-autoinstall[9]: Could not load configuration from label://OEMDRV/autoinst.json: invalid", "invalid"),
      (
        "agama-autoinstall[9]: Skipping the auto-installation: No configuration was found", "does not install by itself"
      ),
      ("agama-autoinstall[9]: Error: cannot start installation", "cannot start installation"),
      ("agama-web-server[9]: Failed to run user-defined script 'a': NotFound", "could not be started"),
      ("agamactl[800]: The installer has not finished correctly. Please check logs", "did not finish"),
      ("systemd[1]: Entering emergency mode. Exit the shell to continue.", "live system"),
    ])
  func failure(line: String, words: String) {
    var watcher = AgamaWatcher()
    let lines = SUSELog.agamaStart + [SUSELog.journal(line)]
    var found = failures(lines.flatMap { watcher.read(line: $0, from: .installer) })
    found += failures(watcher.read(line: "[  90.1] " + line, from: .console))
    #expect(found.count == 1 && found[0].contains(words), "\(found)")
    #expect(
      !watcher.read(line: SUSELog.journal("agamactl[800]: Install phase done"), from: .installer).contains(.finished))
  }

  @Test("the last word of an installation whose script got lost is a failure")
  func lostScript() {
    let observations = observe(
      AgamaWatcher.self, SUSELog.agamaStart + [SUSELog.journal("agamactl[800]: Install phase done")])
    #expect(failures(observations).count == 1 && !observations.contains(.finished))
  }

  @Test("the registry has both watchers")
  func registry() {
    #expect(InstallerWatchers.watcher(for: "autoyast") is AutoYaSTWatcher)
    #expect(InstallerWatchers.watcher(for: "agama") is AgamaWatcher)
  }

  @Test("noise of the guest means nothing to either")
  func noise() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      let bytes = (0..<Int.random(in: 0...300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      let line = String(decoding: bytes, as: UTF8.self) + "(1/"
      #expect(failures(observe(AutoYaSTWatcher.self, [line])).isEmpty)
      #expect(failures(observe(AgamaWatcher.self, [line, "(5/3)", "(/)", "x (3/3)"])).isEmpty)
    }
  }
}
