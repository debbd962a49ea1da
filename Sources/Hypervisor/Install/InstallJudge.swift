import Model

/// Decides how an installation goes, from what comes in: a pure state machine whose clock is handed in, so that every ending can be
/// tested in no time.
struct InstallJudge {
  typealias Instant = ContinuousClock.Instant

  private let limits: InstallLimits
  private let began: Instant
  private var watcher: any InstallerWatcher
  private var redactor: LogRedactor
  private var consoleLines = LastLines()
  private var installerLines = LastLines()

  private var phase: (title: String, since: Instant)?
  private var finished = false
  private var question: (asked: InstallerQuestion, since: Instant)?
  private var stopped: (reason: DomainChange.StopReason, at: Instant)?
  /// The first failure counts; what follows is its consequence.
  private var failure: (value: InstallFailure, at: Instant)?
  private var lastLine: Instant
  private var lastWrite: Instant
  private var written: Int64?

  init(limits: InstallLimits, watcher: any InstallerWatcher, redactor: LogRedactor, now: Instant) {
    self.limits = limits
    self.watcher = watcher
    self.redactor = redactor
    began = now
    lastLine = now
    lastWrite = now
  }

  /// Takes a line of the guest's.
  mutating func take(line: String, from channel: LogChannel, at now: Instant) -> [InstallEvent] {
    lastLine = now
    let shown = redactor.redact(line)
    switch channel {
    case .console: consoleLines.append(shown)
    case .installer: installerLines.append(shown)
    }
    return [.line(channel, shown)] + watcher.read(line: line, from: channel).map { take($0, at: now) }
  }

  private mutating func take(_ observation: InstallerObservation, at now: Instant) -> InstallEvent {
    switch observation {
    case .phase(let title):
      phase = (title, now)
      return .phase(title)
    case .progress(let fraction): return .progress(fraction)
    case .question(let asked):
      // The console shows a prompt before the log tells which question it is: the name is worth waiting for, the time runs on.
      if let known = question {
        if !known.asked.isNamed { question = (asked, known.since) }
      } else {
        question = (asked, now)
      }
      return .question(asked)
    case .answered:
      question = nil
      return .warning("a question of the installer was answered from outside")
    case .warning(let text): return .warning(text.redacted(by: &redactor))
    case .failure(let problem):
      let reason = problem.reason.redacted(by: &redactor)
      fail(problem.isPanic ? .panic : .installer, reason, hint: problem.hint, at: now)
      return .warning(reason)
    case .finished:
      finished = true
      return .finished
    }
  }

  /// Takes a change of the domain's state.
  mutating func take(_ change: DomainChange, at now: Instant) -> [InstallEvent] {
    switch change {
    case .stopped(let reason): stopped = stopped ?? (reason, now)
    case .crashed: fail(.crashed, "the guest crashed", at: now)
    case .suspended(.ioError):
      fail(
        .diskError, "the host could not write the guest's disk",
        hint: "most often the file system of the image is full", at: now)
    default: break
    }
    return [.domain(change)]
  }

  /// Takes the total of bytes written to the disk: a sign of life of an installer that prints nothing.
  mutating func take(written total: Int64, at now: Instant) {
    if total != written { lastWrite = now }
    written = total
  }

  /// Takes the size of the guest's logs on the host, in bytes: a guest must not be able to fill the host's disk.
  mutating func takeLogSize(_ bytes: Int64, at now: Instant) {
    guard bytes > InstallJudge.logLimit else { return }
    fail(
      .installer, "the guest has written more than \(ByteSize(bytes: InstallJudge.logLimit)) to its serial ports",
      hint: "an installer writes some 20 MiB: the last lines show what repeats itself", at: now)
  }

  /// An installation with every debug message on writes less than a tenth of it.
  static let logLimit: Int64 = 512 << 20

  /// The libvirt daemon is gone; no further change will be reported.
  mutating func takeClosed(_ reason: String, at now: Instant) {
    guard stopped == nil else { return }
    fail(
      .daemonDied, "\(reason) during the installation",
      hint: "look into the system's journal for 'libvirtd'; the virtual machine may still run", at: now)
  }

  /// libvirt does not know the domain, and no event has told of its end.
  mutating func takeMissing(at now: Instant) {
    guard stopped == nil else { return }
    fail(.notStarted, "the virtual machine is not there", hint: "its start failed, or somebody removed it", at: now)
  }

  mutating func takeCancelled(at now: Instant) { fail(.cancelled, "the installation was cancelled", at: now) }

  /// The outcome once there is one; `isQuiet` says that the logs have been read to their ends.
  mutating func outcome(at now: Instant, isQuiet: Bool) -> InstallOutcome? {
    checkLimits(at: now)
    if let failure {
      // What is printed last tells the most about a failure; cancelling does not wait.
      let settled = failure.value.cause == .cancelled || now - failure.at >= .seconds(1)
      return settled ? .failed(complete(failure.value)) : nil
    }
    guard let stopped else { return nil }
    if stopped.reason == .shutdown && finished { return .succeeded(took: now - began) }
    // The logs may be written a little later than the event comes.
    guard now - stopped.at >= limits.settling, isQuiet || now - stopped.at >= limits.settling * 3 else { return nil }
    return .failed(complete(ended(stopped.reason)))
  }

  private mutating func checkLimits(at now: Instant) {
    guard stopped == nil, failure == nil else { return }
    if let question, now - question.since >= limits.question {
      let asked = question.asked
      fail(
        .question(key: asked.key), "the installer asks '\(asked.key)' (priority \(asked.priority)) and nobody answers",
        hint: "answer it in the answer file", at: now)
    } else if now - began >= limits.overall {
      fail(.timedOut, "the installation did not end within \(limits.overall.timeSpan)", at: now)
    } else if let phase, let limit = limits.phase, now - phase.since >= limit {
      fail(.phaseTooLong, "the step '\(phase.title)' did not end within \(limit.timeSpan)", at: now)
    } else if now - max(lastLine, min(lastWrite, lastLine + limits.inactivity * 2)) >= limits.inactivity {
      fail(
        .silent,
        "the guest has been silent for \((now - lastLine).timeSpan), the limit is \(limits.inactivity.timeSpan)",
        hint: "look at its last lines; a slow machine needs a longer 'stall-timeout'", at: now)
    }
  }

  private func ended(_ reason: DomainChange.StopReason) -> InstallFailure {
    switch reason {
    case .shutdown:
      InstallFailure(
        cause: .unfinished, message: "the guest is off, but the installer never said that it was done",
        hint: "the last lines of the logs show what it was doing")
    case .destroyed: InstallFailure(cause: .destroyed, message: "the virtual machine was destroyed from outside")
    case .crashed: InstallFailure(cause: .crashed, message: "the guest crashed")
    case .failed:
      InstallFailure(
        cause: .hypervisor, message: "QEMU ended during the installation",
        hint: "libvirt's log of the domain has its words")
    case .other(let number):
      InstallFailure(cause: .hypervisor, message: "the virtual machine stopped for libvirt's reason \(number)")
    }
  }

  private mutating func fail(_ cause: InstallFailure.Cause, _ message: String, hint: String? = nil, at now: Instant) {
    guard failure == nil else { return }
    failure = (InstallFailure(cause: cause, message: message, hint: hint), now)
  }

  private func complete(_ failure: InstallFailure) -> InstallFailure {
    var failure = failure
    failure.phase = phase?.title
    failure.consoleLines = consoleLines.all
    failure.installerLines = installerLines.all
    return failure
  }
}

extension String {
  fileprivate func redacted(by redactor: inout LogRedactor) -> String { redactor.redact(self) }
}

/// The last lines of a log, few enough to be shown.
private struct LastLines {
  private static let limit = 20
  private(set) var all: [String] = []

  mutating func append(_ line: String) {
    if all.count == LastLines.limit { all.removeFirst() }
    all.append(line)
  }
}
