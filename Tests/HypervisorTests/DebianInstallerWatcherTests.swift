import Testing

@testable import Hypervisor

/// Logs of Debian's installer cut to the lines that mean something.
enum DebianLog {
  static func line(_ text: String) -> String { "Nov 21 09:12:15 \(text)" }
  static func menu(_ item: String) -> String { line("main-menu[2427]: INFO: Menu item '\(item)' selected") }
  static func debconf(_ text: String) -> String { line("debconf: \(text)") }

  static let success =
    ["localechooser", "netcfg", "download-installer", "partman-base", "bootstrap-base"].map(menu)
    + [debconf("--> PROGRESS START 0 200 base-installer/progress/installing-base")]
    + [debconf("<-- 0 OK"), debconf("--> PROGRESS SET 100"), debconf("<-- 0 OK"), debconf("--> PROGRESS STOP")]
    + ["apt-setup-udeb", "pkgsel", "grub-installer", "finish-install"].map(menu)
    + ["07preseed", "94save-logs", "95umount", "97release-dhcp-lease", "99reboot"].map {
      line("finish-install: info: Running /usr/lib/finish-install.d/\($0)")
    }
}

@Suite("watching Debian's installer") struct DebianInstallerWatcherTests {
  private func observe(_ lines: [String], on channel: LogChannel = .installer) -> [InstallerObservation] {
    var watcher = DebianInstallerWatcher()
    return lines.flatMap { watcher.read(line: $0, from: channel) }
  }

  @Test("a successful installation has its phases in order, growing progress and one last word")
  func success() {
    let observations = observe(DebianLog.success)
    let phases = observations.compactMap { if case .phase(let title) = $0 { title } else { nil } }
    #expect(
      phases == [
        "language and keyboard", "network", "installer components", "partitioning", "base system", "package sources",
        "software", "boot loader", "finishing",
      ])
    let progress = observations.compactMap { if case .progress(let value) = $0 { value } else { nil } }
    #expect(progress == progress.sorted())
    #expect(progress.last == 1)
    #expect(progress.count >= 8)
    #expect(observations.filter { $0 == .finished }.count == 1)
  }

  @Test("a bar moves the progress inside its step, nested bars do not")
  func bars() {
    var watcher = DebianInstallerWatcher()
    _ = watcher.read(line: DebianLog.menu("bootstrap-base"), from: .installer)
    func progress(_ text: String) -> Double? {
      for case .progress(let value) in watcher.read(line: DebianLog.debconf(text), from: .installer) { return value }
      return nil
    }
    #expect(progress("--> PROGRESS START 0 100 base-installer/progress/installing-base") == nil)
    let half = progress("--> PROGRESS SET 50")
    #expect((half ?? 0) > 0.2)
    #expect(progress("--> PROGRESS START 0 10 inner/title") == nil)
    #expect(progress("--> PROGRESS SET 10") == nil)
    #expect(progress("--> PROGRESS STOP") == nil)
    #expect(progress("--> PROGRESS SET 20") == nil, "it never falls")
    #expect((progress("--> PROGRESS STEP 60") ?? 0) > (half ?? 1))
  }

  @Test("a question that is skipped is none; one that is asked is")
  func questions() {
    let skipped = [
      "--> INPUT critical partman/confirm", "<-- 30 question skipped", "--> GO", "<-- 0 ok",
      "--> INPUT low netcfg/link_wait_timeout", "<-- 30 question skipped", "--> GO", "<-- 0 ok",
    ].map(DebianLog.debconf)
    #expect(observe(skipped) == [])
    let asked = ["--> INPUT critical partman/confirm", "<-- 0 question will be asked"].map(DebianLog.debconf)
    #expect(observe(asked) == [], "not before GO")
    let question = InstallerQuestion(key: "partman/confirm", priority: "critical")
    #expect(observe(asked + [DebianLog.debconf("--> GO")]) == [.question(question)])
    #expect(observe(asked + ["--> GO", "<-- 0 ok"].map(DebianLog.debconf)) == [.question(question), .answered])
  }

  @Test(
    "questions that are errors in truth say what is wrong",
    arguments: [
      ("anna/no_kernel_modules", "no kernel modules were found"), ("mirror/bad", "calls the mirror bad"),
      ("base-installer/debootstrap-failed", "base system"), ("preseed/command_failed", "command of the answer file"),
      ("base-installer/debootstrap/error/couldntdl", "debootstrap failed: couldntdl"),
      ("debian-installer/main-menu", "shows its menu"),
    ])
  func problems(key: String, words: String) throws {
    let lines = ["--> INPUT critical \(key)", "<-- 0 question will be asked", "--> GO"].map(DebianLog.debconf)
    guard case .failure(let problem)? = observe(lines).first else {
      Issue.record("no failure for \(key)")
      return
    }
    #expect(problem.reason.contains(words))
  }

  @Test("a failing command of the answer file is named with its exit status")
  func failingCommand() {
    let lines = [
      "--> SUBST preseed/command_failed COMMAND seal.sh", "<-- 0", "--> SUBST preseed/command_failed CODE 1", "<-- 0",
      "--> INPUT critical preseed/command_failed", "<-- 0 question will be asked", "--> GO",
    ].map(DebianLog.debconf)
    guard case .failure(let problem)? = observe(lines).first else {
      Issue.record("no failure")
      return
    }
    #expect(problem.reason == "a command of the answer file failed (seal.sh, 1)")
  }

  @Test("a failing step is a failure, one that was backed out of is not")
  func steps() {
    let failed = DebianLog.line("main-menu[512]: WARNING **: Configuring 'bootstrap-base' failed with error code 1")
    #expect(
      observe([failed]) == [.failure(InstallerProblem("the installer's step 'bootstrap-base' (base system) failed"))])
    let item = DebianLog.line("main-menu[512]: WARNING **: Menu item 'pkgsel' failed.")
    #expect(observe([item]) == [.failure(InstallerProblem("the installer's step 'pkgsel' (software) failed"))])
    let back = DebianLog.line("main-menu[512]: WARNING **: Configuring 'netcfg' failed with error code 10")
    #expect(observe([back]) == [])
  }

  @Test("a hook that fails and debootstrap's complaints are warnings")
  func warnings() {
    let hook = "finish-install: warning: /usr/lib/finish-install.d/07preseed returned error code 1"
    #expect(observe([DebianLog.line(hook)]) == [.warning("the installer's hook '07preseed' failed")])
    let complaint = DebianLog.line("debootstrap: E: Couldn't download packages: libc6")
    #expect(observe([complaint]) == [.warning("debootstrap: E: Couldn't download packages: libc6")])
  }

  @Test("saved logs alone are no success; with init's power-off they are")
  func lastWords() {
    var watcher = DebianInstallerWatcher()
    let saved = DebianLog.line("finish-install: info: Running /usr/lib/finish-install.d/94save-logs")
    #expect(watcher.read(line: "Requesting system poweroff", from: .console) == [])
    #expect(watcher.read(line: saved, from: .installer) == [])
    #expect(watcher.read(line: "Requesting system poweroff", from: .console) == [.progress(1), .finished])
    var withoutTrace = DebianInstallerWatcher()
    #expect(withoutTrace.read(line: "Finishing the installation  ... 5%... 95%", from: .console) == [])
    #expect(withoutTrace.read(line: "Requesting system reboot", from: .console).contains(.finished))
  }

  @Test("a dying kernel, a lack of memory and prompts are seen on the console")
  func console() {
    let panic = "[    4.41] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)"
    guard case .failure(let problem)? = observe([panic], on: .console).first else {
      Issue.record("no panic")
      return
    }
    #expect(problem.isPanic && problem.hint?.contains("initrd") == true)
    let memory = "[  99.0] Out of memory: Killed process 612 (debootstrap)"
    #expect(observe([memory], on: .console).count == 1)
    #expect(observe(["!! ERROR: Bad archive mirror"], on: .console).count == 1)
    #expect(observe(["Prompt: '?' for help>"], on: .console).count == 1)
    #expect(observe(["[  1.0] Run /init as init process", "random text"], on: .console) == [])
  }

  @Test(
    "a guest's nonsense is harmless",
    arguments: [
      "", "debconf", "a b c d:", "Nov 21 09:12:15 main-menu[: selected", "Nov 2 1 debconf: --> PROGRESS STEP nan",
      "Nov 2 1 finish-install: info: Running /usr/lib/finish-install.d/", "Nov 2 1 debconf: --> PROGRESS START 5 5 x",
      "Nov 2 1 debconf: --> INPUT",
    ])
  func nonsense(line: String) {
    for channel in LogChannel.allCases { #expect(observe([line, line], on: channel) == []) }
  }

  @Test("every kind of the shelf gives a watcher that starts with nothing to say")
  func shelf() {
    for entry in InstallerWatchers.all {
      var watcher = InstallerWatchers.watcher(for: entry.kind)
      #expect(watcher?.read(line: "", from: .console) == [])
    }
    #expect(InstallerWatchers.watcher(for: "none") == nil)
  }
}
