import Model
import Testing

@testable import Hypervisor

@Suite("how an installation ends") struct InstallJudgeTests {
  private let start = ContinuousClock.now
  private let limits = InstallLimits(
    overall: .seconds(3600), inactivity: .seconds(600), phase: .seconds(1800), question: .seconds(10),
    settling: .seconds(3))

  private func judge(secrets: [Secret] = []) -> InstallJudge {
    InstallJudge(
      limits: limits, watcher: DebianInstallerWatcher(), redactor: LogRedactor(secrets: secrets), now: start)
  }

  private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

  private func failure(_ outcome: InstallOutcome?) -> InstallFailure? {
    if case .failed(let failure)? = outcome { failure } else { nil }
  }

  @Test("the last word and the guest's own power-off together are success")
  func success() {
    var judge = judge()
    for line in DebianLog.success { _ = judge.take(line: line, from: .installer, at: at(5)) }
    #expect(judge.outcome(at: at(6), isQuiet: true) == nil)
    _ = judge.take(.shutdown, at: at(7))
    #expect(judge.take(.stopped(.shutdown), at: at(8)) == [.domain(.stopped(.shutdown))])
    #expect(judge.outcome(at: at(8), isQuiet: false) == .succeeded(took: .seconds(8)))
  }

  @Test("the last word may come a moment after the power-off")
  func lateWord() {
    var judge = judge()
    _ = judge.take(.stopped(.shutdown), at: at(8))
    #expect(judge.outcome(at: at(9), isQuiet: true) == nil)
    for line in DebianLog.success { _ = judge.take(line: line, from: .installer, at: at(9)) }
    #expect(judge.outcome(at: at(9), isQuiet: true) == .succeeded(took: .seconds(9)))
  }

  @Test("a power-off without the last word is a failure")
  func unfinished() {
    var judge = judge()
    _ = judge.take(line: DebianLog.menu("pkgsel"), from: .installer, at: at(5))
    _ = judge.take(line: "reboot: Power down", from: .console, at: at(5))
    _ = judge.take(.stopped(.shutdown), at: at(6))
    #expect(judge.outcome(at: at(7), isQuiet: true) == nil)
    let failure = failure(judge.outcome(at: at(10), isQuiet: true))
    #expect(failure?.cause == .unfinished)
    #expect(failure?.phase == "software")
    #expect(failure?.consoleLines == ["reboot: Power down"])
    #expect(failure?.installerLines.count == 1)
  }

  @Test(
    "every other end of the domain is a failure, last word or not",
    arguments: [
      (DomainChange.StopReason.destroyed, InstallFailure.Cause.destroyed), (.crashed, .crashed),
      (.failed, .hypervisor), (.other(6), .hypervisor),
    ])
  func otherEnds(reason: DomainChange.StopReason, cause: InstallFailure.Cause) {
    var judge = judge()
    for line in DebianLog.success { _ = judge.take(line: line, from: .installer, at: at(1)) }
    _ = judge.take(.stopped(reason), at: at(2))
    #expect(failure(judge.outcome(at: at(6), isQuiet: true))?.cause == cause)
  }

  @Test("a guest that would fill the host's disk with its log is stopped")
  func talkative() {
    var judge = judge()
    judge.takeLogSize(512 << 20, at: at(5))
    #expect(judge.outcome(at: at(7), isQuiet: true) == nil)
    judge.takeLogSize((512 << 20) + 1, at: at(8))
    let failure = failure(judge.outcome(at: at(9), isQuiet: true))
    #expect(failure?.cause == .installer)
    #expect(failure?.message == "the guest has written more than 512 MiB to its serial ports")
  }

  @Test("a question that stays on the screen fails, naming its key; one that goes away does not")
  func question() {
    var judge = judge()
    let asked = ["--> INPUT high netcfg/get_hostname", "<-- 0 question will be asked", "--> GO"].map(DebianLog.debconf)
    for line in asked { _ = judge.take(line: line, from: .installer, at: at(1)) }
    #expect(judge.outcome(at: at(5), isQuiet: true) == nil)
    _ = judge.take(line: DebianLog.debconf("<-- 0 ok"), from: .installer, at: at(6))
    #expect(judge.outcome(at: at(100), isQuiet: true) == nil)
    for line in asked { _ = judge.take(line: line, from: .installer, at: at(101)) }
    #expect(judge.outcome(at: at(111), isQuiet: true) == nil, "a second for the last lines")
    let failure = failure(judge.outcome(at: at(112), isQuiet: true))
    #expect(failure?.cause == .question(key: "netcfg/get_hostname"))
    #expect(failure?.message.contains("'netcfg/get_hostname'") == true)
  }

  @Test("a panic counts even when the guest then ends by itself")
  func panic() {
    var judge = judge()
    _ = judge.take(line: "Kernel panic - not syncing: Fatal exception", from: .console, at: at(1))
    _ = judge.take(.stopped(.shutdown), at: at(1))
    let failure = failure(judge.outcome(at: at(2), isQuiet: true))
    #expect(failure?.cause == .panic)
    #expect(failure?.message == "the guest's kernel panicked: Fatal exception")
  }

  @Test("silence, a step and the whole have limits; writing to the disk stretches silence to three times")
  func limitsHold() {
    var silent = judge()
    _ = silent.outcome(at: at(600), isQuiet: true)
    #expect(failure(silent.outcome(at: at(601), isQuiet: true))?.cause == .silent)

    var busy = judge()
    for second in stride(from: 0, through: 1800, by: 60) {
      busy.take(written: Int64(second), at: at(second))
      if second < 1800 { #expect(busy.outcome(at: at(second), isQuiet: true) == nil) }
    }
    _ = busy.outcome(at: at(1800), isQuiet: true)
    #expect(failure(busy.outcome(at: at(1801), isQuiet: true))?.cause == .silent)

    var slow = judge()
    _ = slow.take(line: DebianLog.menu("pkgsel"), from: .installer, at: at(0))
    var endless = judge()
    for second in stride(from: 0, to: 3600, by: 300) {
      _ = slow.take(line: "working", from: .installer, at: at(second))
      _ = endless.take(line: "working", from: .installer, at: at(second))
    }
    _ = slow.outcome(at: at(1800), isQuiet: true)
    #expect(failure(slow.outcome(at: at(1801), isQuiet: true))?.cause == .phaseTooLong)
    _ = endless.outcome(at: at(3600), isQuiet: true)
    #expect(failure(endless.outcome(at: at(3601), isQuiet: true))?.cause == .timedOut)
  }

  @Test("a dead daemon, a full disk, a missing domain and a cancelled task have reasons of their own")
  func otherReasons() {
    var closed = judge()
    closed.takeClosed("the libvirt daemon ended", at: at(1))
    let failure = failure(closed.outcome(at: at(2), isQuiet: true))
    #expect(failure?.cause == .daemonDied)
    #expect(failure?.message == "the libvirt daemon ended during the installation")

    var full = judge()
    _ = full.take(.suspended(.ioError), at: at(1))
    #expect(self.failure(full.outcome(at: at(2), isQuiet: true))?.cause == .diskError)
    var missing = judge()
    missing.takeMissing(at: at(1))
    #expect(self.failure(missing.outcome(at: at(2), isQuiet: true))?.cause == .notStarted)
    var cancelled = judge()
    cancelled.takeCancelled(at: at(1))
    #expect(self.failure(cancelled.outcome(at: at(1), isQuiet: true))?.cause == .cancelled)
  }

  @Test("after the end neither a closed connection nor a missing domain changes the outcome")
  func afterTheEnd() {
    var judge = judge()
    for line in DebianLog.success { _ = judge.take(line: line, from: .installer, at: at(5)) }
    _ = judge.take(.stopped(.shutdown), at: at(8))
    judge.takeClosed("the libvirt daemon ended", at: at(8))
    judge.takeMissing(at: at(8))
    #expect(judge.outcome(at: at(8), isQuiet: true) == .succeeded(took: .seconds(8)))
  }

  @Test("no secret leaves by an event, a message or the last lines")
  func secrets() {
    var judge = judge(secrets: [Secret("marker-password")])
    var events: [InstallEvent] = []
    let lines = [
      DebianLog.debconf("--> SET passwd/root-password marker-password"),
      "Kernel panic - not syncing: marker-password",
    ]
    for line in lines { events += judge.take(line: line, from: .console, at: at(1)) }
    #expect(!"\(events)".contains("marker-password"))
    #expect(!"\(String(describing: judge.outcome(at: at(3), isQuiet: true)))".contains("marker-password"))
  }
}
