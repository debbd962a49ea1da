import Model
import Testing

@testable import Hypervisor

/// Logs of Anaconda cut to the lines that mean something.
enum AnacondaLog {
  static func log(_ text: String) -> String { "12:31:05,123 INF installation: \(text)" }
  static func queue(_ name: String, _ number: Int) -> String { log("Queue started: \(name) (\(number))") }

  static let queues = [
    "Complete installation queue", "Installation queue", "Installation environment setup",
    "Early storage configuration",
    "Pre-install scripts", "Pre install tasks", "Payload installation", "Bootloader installation",
    "Post-installation setup tasks", "Configuration queue", "Certificates import", "Installed system configuration",
    "Network configuration", "User creation", "Anaconda addon configuration", "Initramfs generation",
    "Post installation scripts",
  ]

  static let success = log("All tasks in the installation queue are done. \(AnacondaSigns.success)")
  static let event = "image-factory-event: "

  /// The screen of a non-interactive installation that gives up.
  static func failing(_ reason: String) -> [String] {
    [
      "The installation was stopped due to an error which occurred while running in non-interactive cmdline mode. Since "
        + "there cannot be any questions in cmdline mode, edit your kickstart file and retry installation. ",
      "The exact error message is: ", "", "\(reason). ", "", "The installer will now terminate.",
    ]
  }
}

@Suite("watching Anaconda") struct AnacondaWatcherTests {
  private func observe(_ lines: [String], on channel: LogChannel = .installer) -> [InstallerObservation] {
    var watcher = AnacondaWatcher()
    return lines.flatMap { watcher.read(line: $0, from: channel) }
  }

  @Test("a successful installation has its phases in order, growing progress and one last word")
  func success() {
    var watcher = AnacondaWatcher()
    var seen = watcher.read(line: AnacondaLog.event + "phase preparation", from: .installer)
    for (number, name) in AnacondaLog.queues.enumerated() {
      seen += watcher.read(line: AnacondaLog.queue(name, number + 1), from: .installer)
      guard name == "Payload installation" else { continue }
      for line in ["Downloading 300 RPMs, 90 MiB / 180 MiB (50%) done.", "..Installing glibc.x86_64 (150/300)"] {
        seen += watcher.read(line: line, from: .console)
      }
    }
    seen += watcher.read(line: AnacondaLog.success, from: .installer)
    seen += watcher.read(line: AnacondaLog.event + "done", from: .installer)
    let phases = seen.compactMap { if case .phase(let title) = $0 { title } else { nil } }
    #expect(
      phases == [
        "preparation", "environment", "partitioning", "preparation of the software", "software", "boot loader",
        "configuration", "users", "initramfs", "scripts",
      ])
    let progress = seen.compactMap { if case .progress(let value) = $0 { value } else { nil } }
    #expect(progress == progress.sorted() && progress.last == 1 && progress.count >= 10)
    #expect(seen.filter { $0 == .finished }.count == 1)
    #expect(!seen.contains { if case .failure = $0 { true } else { false } })
  }

  @Test("the screen alone tells the steps and the end, with what the journal puts before its lines")
  func screen() {
    let lines = [
      "Starting automated install....", "[   80.123456] anaconda[1500]: Configuring storage",
      "[   90.000001] anaconda[1500]: ...Installing the software", "Installing bash.x86_64 (3/300)", "Complete!",
    ]
    let seen = observe(["Starting automated install"] + lines, on: .console)
    #expect(seen.filter { if case .phase = $0 { true } else { false } }.count == 3)
    #expect(seen.last == .finished)
  }

  @Test("our own last line is enough for success")
  func done() {
    #expect(observe([AnacondaLog.event + "done"]) == [.progress(1), .finished])
  }

  @Test("a failure on the screen of a user's own file is one at once, with its reason")
  func giveUp() {
    let seen = observe(AnacondaLog.failing("Failed to find a suitable stage1 device"), on: .console)
    #expect(
      seen == [.failure(InstallerProblem("Anaconda gave up: Failed to find a suitable stage1 device."))])
  }

  @Test("a file of ours has the last word about a failure, with the reason of the screen")
  func ours() {
    var watcher = AnacondaWatcher()
    _ = watcher.read(line: AnacondaLog.event + "phase preparation", from: .installer)
    let screen = AnacondaLog.failing("no disk").flatMap { watcher.read(line: $0, from: .console) }
    #expect(screen == [.warning("Anaconda gave up: no disk.")])
    let line = AnacondaLog.event + "error pyanaconda.errors.NonInteractiveError: x"
    #expect(
      watcher.read(line: line, from: .installer) == [.failure(InstallerProblem("Anaconda gave up: no disk."))])
  }

  @Test(
    "a failing section of ours is a failure with its name",
    arguments: ["the late-script failed with status 3", "preparation failed with status 1"])
  func section(reason: String) {
    #expect(observe([AnacondaLog.event + "error " + reason]) == [.failure(InstallerProblem(reason))])
  }

  @Test("steps that are not answered are named")
  func spokes() {
    let lines = [
      "The following mandatory spokes are not completed:", "Root password", "User creation",
      "The installer will now terminate.",
    ]
    #expect(
      observe(lines, on: .console)
        == [
          .failure(
            InstallerProblem(
              "Anaconda gave up: The following mandatory spokes are not completed: Root password User creation"))
        ])
  }

  @Test("a Kickstart file that cannot be read is a failure with Anaconda's words")
  func parsing() {
    let lines = [
      "An error occurred during reading the kickstart file:",
      "The following problem occurred on line 3 of the kickstart file:", "install has been removed.", "",
      "The installer will now terminate.",
    ]
    let problem = InstallerProblem(
      "Anaconda gave up: The following problem occurred on line 3 of the kickstart file: install has been removed.")
    #expect(observe(lines, on: .console) == [.failure(problem)])
  }

  @Test("an exception in the log is a failure in every language of the screen")
  func exception() {
    let lines = [
      "Traceback (most recent call last):",
      "pyanaconda.errors.NonInteractiveError: Non interactive installation failed: a package is missing",
    ]
    #expect(
      observe(lines)
        == [.failure(InstallerProblem("Anaconda gave up: Non interactive installation failed: a package is missing"))])
  }

  @Test(
    "the initrd's and the screen's last words are failures",
    arguments: [
      ("dracut-initqueue[900]: Warning: anaconda: failed to fetch stage2 from http://mirror/", "second stage"),
      ("dracut-cmdline[300]: Warning: can't find /ks.cfg!", "not in the initrd"),
      ("dracut-initqueue[900]: Warning: Could not boot.", "second stage"),
      ("Entering emergency mode. Exit the shell to continue.", "gave up"),
      ("There was an error running the kickstart script at line 40.  This is a fatal error", "script"),
      ("[  5.0] Kernel panic - not syncing: VFS: Unable to mount root fs", "panicked"),
    ])
  func lastWords(line: String, words: String) {
    guard case .failure(let problem)? = observe([line], on: .console).first else {
      Issue.record("no failure for \(line)")
      return
    }
    #expect(problem.reason.contains(words))
  }

  @Test(
    "prompts are questions",
    arguments: [
      "Please make a selection from the above ['b' to begin installation, 'q' to quit, 'r' to refresh]: ",
      "kickstart installation stopped for info: User interaction required on standalone spoke",
      "Installation complete. Press ENTER to quit: ",
    ])
  func prompts(line: String) {
    guard case .question(let question)? = observe([line], on: .console).first else {
      Issue.record("no question for \(line)")
      return
    }
    #expect(question.isNamed)
  }

  @Test("a script that fails without being told to stop is a warning")
  func warning() {
    let line = AnacondaLog.log("Error code 3 running the kickstart script at line 40")
    guard case .warning? = observe([line]).first else {
      Issue.record("no warning")
      return
    }
  }

  @Test(
    "a guest's nonsense is harmless",
    arguments: [
      "", "(", "()", "(1/0)", "(9/3)", "(-1/3)", "(999999999999999999999999/1)", "(nan%)", "Queue started: ",
      "Queue started: (", "[", "[]: ", "....", "pyanaconda", "image-factory-event: ",
    ])
  func nonsense(line: String) {
    for channel in LogChannel.allCases { #expect(observe([line, line], on: channel) == []) }
  }
}
