import Model
import Testing

@testable import Hypervisor

/// Logs made of the lines that subiquity's client and server print.
@Suite("the watcher of Ubuntu's installer") struct SubiquityWatcherTests {
  private func replay(_ lines: [(LogChannel, String)]) -> [InstallerObservation] {
    var watcher = SubiquityWatcher()
    return lines.flatMap { watcher.read(line: $0.1, from: $0.0) }
  }

  private static let good: [(LogChannel, String)] = [
    (.console, "[    0.000000] Linux version 6.8.0-41-generic (buildd@lcy02)"),
    (.console, "start: subiquity/Early/run:"),
    (.installer, "2026-11-21 09:00:01,100 DEBUG root:39 start: subiquity/apply_autoinstall_config:"),
    (.installer, "2026-11-21 09:00:02,100 DEBUG root:39 finish: subiquity/Mirror/cmd-apt-config: FAIL: no mirror"),
    (.console, "start: subiquity/Install/install:"),
    (.console, "start:   subiquity/Install/install/configure_apt: configuring apt"),
    (.console, "start:   subiquity/Install/install/curtin_install: installing system"),
    (
      .installer,
      "2026-11-21 09:00:09,001 DEBUG root:39 start: subiquity/Install/install/curtin_install/run_curtin_step: executing curtin install extract step"
    ),
    (
      .console, "start:     subiquity/Install/install/curtin_install/run_curtin_step/cmd-install/stage-extract: writing"
    ),
    (
      .console,
      "start:     subiquity/Install/install/curtin_install/run_curtin_step/cmd-install/stage-curthooks/builtin/cmd-curthooks/installing-kernel: installing kernel"
    ),
    (.console, "finish:   subiquity/Install/install/curtin_install: installing system"),
    (.console, "start:   subiquity/Install/install/postinstall: final system configuration"),
    (.console, "start:     subiquity/Install/install/postinstall/install_vim: installing vim"),
    (.console, "start:     subiquity/Install/install/postinstall/run_unattended_upgrades: downloading and installing"),
    (.console, "start: subiquity/Late/run_user_supplied:"),
    (.installer, "image-factory-event: phase accounts"),
    (.installer, "image-factory-event: done"),
    (.console, "start: subiquity/Shutdown/shutdown: mode=POWEROFF"),
  ]

  @Test("a good installation goes through its phases once each, forward only, and ends")
  func good() {
    let observed = replay(Self.good)
    let phases = observed.compactMap { if case .phase(let name) = $0 { name } else { nil } }
    #expect(
      phases == [
        "early commands", "answers", "package sources", "disk", "base system", "kernel and boot loader", "software",
        "updates", "late commands", "accounts", "finishing",
      ])
    let fractions = observed.compactMap { if case .progress(let value) = $0 { value } else { nil } }
    #expect(fractions == fractions.sorted() && fractions.last == 1)
    #expect(observed.count { $0 == .finished } == 1)
    #expect(!observed.contains { if case .failure = $0 { true } else { false } })
  }

  @Test("an installation by a file without our scripts ends with the installer's own last step")
  func ownFile() {
    #expect(replay([(.console, "start: subiquity/Shutdown/shutdown: mode=POWEROFF")]).contains(.finished))
  }

  @Test(
    "prompts that wait for a person are failures at once",
    arguments: [
      ("Confirmation is required to continue.", "whether it may begin"),
      ("An error occurred. Press enter to start a shell", "stopped with an error"),
      ("Use UP, DOWN and ENTER keys to select your language.", "found no answers"),
      ("As the installer is running on a serial console, it has started in basic mode", "found no answers"),
    ])
  func prompts(line: String, words: String) throws {
    let observed = replay([(.console, line)])
    guard case .failure(let problem) = try #require(observed.first) else {
      Issue.record("\(observed)")
      return
    }
    #expect(problem.reason.contains(words) && problem.hint != nil)
  }

  @Test("a failed step is told by the innermost one that failed")
  func innermost() throws {
    let log = "2026-11-21 09:00:09,001 ERROR root:39 finish: "
    let observed = replay([
      (
        .installer,
        log + "subiquity/Install/install/curtin_install/run_curtin_step: FAIL: executing curtin install curthooks step"
      ),
      (.installer, log + "subiquity/Install/install/curtin_install: FAIL: installing system"),
      (.installer, log + "subiquity/Install/install: FAIL:"),
      (.console, "An error occurred. Press enter to start a shell"),
    ])
    let reasons = observed.compactMap { if case .failure(let problem) = $0 { problem.reason } else { nil } }
    #expect(reasons.count == 2)
    #expect(reasons[0].contains("run_curtin_step") && reasons[0].contains("curthooks step"))
    #expect(reasons[1].contains("run_curtin_step"))
  }

  @Test("our scripts' error is the reason, the kernel's panic is one")
  func errors() {
    #expect(
      replay([(.installer, "image-factory-event: error late.sh failed in the step 'files'")])
        == [.failure(InstallerProblem("late.sh failed in the step 'files'"))])
    let panic = replay([(.console, "Kernel panic - not syncing: VFS")])
    #expect(panic.contains { if case .failure(let problem) = $0 { problem.isPanic } else { false } })
  }

  @Test("an event on the console is nobody's word: a guest's screen repeats answer files")
  func consoleEvent() {
    #expect(replay([(.console, "image-factory-event: done")]) == [])
  }

  @Test("a key that is dropped is a warning; hostile lines are nothing")
  func rest() {
    let observed = replay([
      (.installer, "2026-11-21 09:00:00,000 WARNING subiquity.server.server:672 Unrecognized top-level key 'pakages'"),
      (.installer, "finish: "), (.installer, "start: "), (.installer, "finish: subiquity/"),
      (.console, "start: other/x: y"),
      (.installer, String(repeating: "finish: ", count: 400)),
    ])
    #expect(observed.count == 1)
    guard case .warning(let text) = observed.first else {
      Issue.record("\(observed)")
      return
    }
    #expect(text.contains("'pakages'"))
  }

  @Test("the registry knows it as 'subiquity'")
  func registry() {
    #expect(InstallerWatchers.watcher(for: "subiquity") is SubiquityWatcher)
  }
}
