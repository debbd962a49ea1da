package import Model
import Synchronization
package import SystemPackage

/// Watches an installation from the start of its domain to its end.
///
/// Made before virt-install runs, so that no event is lost; ``outcome()`` after it. The domain is not touched: whoever has this
/// also has a ``DomainGuard`` to remove it afterwards.
package struct InstallRun: Sendable {
  /// How often the logs are looked at.
  private static let interval = Duration.milliseconds(100)
  /// How often the disk's counters are asked for.
  private static let trafficInterval = Duration.seconds(15)

  private let connection: LibvirtConnection
  private let domainName: String
  private let watcher: any InstallerWatcher
  private let logs: [LogChannel: FilePath]
  private let limits: InstallLimits
  private let redactor: LogRedactor
  private let events: AsyncStream<DomainEvent>
  private let observe: @Sendable (InstallEvent) -> Void

  /// Starts to listen for the events of `domainName`. `logs` are the files of the serial ports, which need not exist yet; `secrets`
  /// never appear in what `observe` and the outcome get. `observe` is called on the task of ``outcome()``, in order.
  package init(
    connection: LibvirtConnection, domainName: String, watcher: any InstallerWatcher,
    logs: [LogChannel: FilePath], limits: InstallLimits, secrets: [Secret] = [],
    observe: @escaping @Sendable (InstallEvent) -> Void
  ) {
    self.connection = connection
    self.domainName = domainName
    self.watcher = watcher
    self.logs = logs
    self.limits = limits
    redactor = LogRedactor(secrets: secrets)
    events = connection.domainEvents()
    self.observe = observe
  }

  /// Waits until the installation has succeeded or cannot any more; call it once, after virt-install. A cancelled task gets
  /// the failure `cancelled` within a fraction of a second.
  package func outcome() async -> InstallOutcome {
    let mail = Mailbox()
    return await withTaskGroup(of: InstallOutcome?.self) { group in
      group.addTask { await collectEvents(into: mail) }
      group.addTask { await measureTraffic(into: mail) }
      group.addTask { await watch(mail) }
      defer { group.cancelAll() }
      while let result = await group.next() {
        if let outcome = result { return outcome }
      }
      // Not reached: the watching task always has an outcome.
      return .failed(InstallFailure(cause: .cancelled, message: "the installation was cancelled"))
    }
  }

  private func watch(_ mail: Mailbox) async -> InstallOutcome {
    var judge = InstallJudge(limits: limits, watcher: watcher, redactor: redactor, now: .now)
    var console = LogTail(path: logs[.console] ?? "/dev/null")
    var installer = LogTail(path: logs[.installer] ?? "/dev/null")
    while true {
      if Task.isCancelled { judge.takeCancelled(at: .now) }
      let now = ContinuousClock.now
      // Taken before the logs are read and delivered after: what the guest wrote before its end is known when the end is judged.
      let letters = mail.take()
      var lines = 0
      for line in installer.poll(at: now) {
        lines += 1
        judge.take(line: line, from: .installer, at: now).forEach(observe)
      }
      for line in console.poll(at: now) {
        lines += 1
        judge.take(line: line, from: .console, at: now).forEach(observe)
      }
      judge.takeLogSize(installer.fileSize + console.fileSize, at: now)
      for letter in letters { deliver(letter, to: &judge, at: now) }
      if let outcome = judge.outcome(at: now, isQuiet: lines == 0) { return outcome }
      // More lines than one share may be waiting: read on at once, but let others have the thread.
      if lines > 1000 { await Task.yield() } else { try? await Task.sleep(for: InstallRun.interval) }
    }
  }

  private func deliver(_ letter: Letter, to judge: inout InstallJudge, at now: ContinuousClock.Instant) {
    switch letter {
    case .change(let change): judge.take(change, at: now).forEach(observe)
    case .closed(let reason): judge.takeClosed(reason, at: now)
    case .missing: judge.takeMissing(at: now)
    case .written(let bytes): judge.take(written: bytes, at: now)
    }
  }

  private func collectEvents(into mail: Mailbox) async -> InstallOutcome? {
    for await event in events {
      switch event {
      case .lifecycle(let lifecycle) where lifecycle.domain == domainName: mail.put(.change(lifecycle.change))
      case .lifecycle: break
      case .connectionClosed(let reason): mail.put(.closed(reason))
      }
    }
    if !Task.isCancelled { mail.put(.closed("the connection to the libvirt daemon was closed")) }
    return nil
  }

  /// Asks now and then whether the disk is written, and whether the domain is there at all.
  private func measureTraffic(into mail: Mailbox) async -> InstallOutcome? {
    var pause = Duration.seconds(2)
    while (try? await Task.sleep(for: pause)) != nil {
      pause = InstallRun.trafficInterval
      do throws(LibvirtError) {
        guard let domain = try await connection.domain(named: domainName), try await domain.state().isActive else {
          // The event of its end comes on another way than this answer: give it time to be first.
          guard (try? await Task.sleep(for: .seconds(1))) != nil else { return nil }
          mail.put(.missing)
          return nil
        }
        mail.put(.written(try await domain.diskTraffic(of: "vda").sent))
      } catch {
        // A driver without counters, or a daemon that is going: the events tell the rest.
      }
    }
    return nil
  }

  private enum Letter: Sendable {
    case change(DomainChange)
    case closed(String)
    case missing
    case written(Int64)
  }

  /// What the other tasks have to tell the one that judges.
  private final class Mailbox: Sendable {
    private let letters = Mutex<[Letter]>([])

    func put(_ letter: Letter) { letters.withLock { $0.append(letter) } }

    func take() -> [Letter] {
      letters.withLock { letters in
        defer { letters = [] }
        return letters
      }
    }
  }
}
