import Foundation
import Model
import Synchronization
import SystemPackage
import Testing

@testable import Hypervisor

/// The real thing: virt-install, a libvirt daemon of an ordinary user, QEMU under TCG, a guest of a hundred bytes.
@Suite(
  "virt-install, libvirt and QEMU together",
  .needs("virt-install", "libvirtd", "qemu-system-x86_64", "tini", "setpriv", "cpio"), .timeLimit(.minutes(2)))
struct SessionTests {
  private let limits = InstallLimits(
    overall: .seconds(60), inactivity: .seconds(30), question: .seconds(2), settling: .seconds(1))

  /// What an ``InstallRun`` told, in order.
  private final class Notes: Sendable {
    private let events = Mutex<[InstallEvent]>([])
    func add(_ event: InstallEvent) { events.withLock { $0.append(event) } }
    var all: [InstallEvent] { events.withLock { $0 } }
  }

  private func watch(_ machine: MachinePlan, on connection: LibvirtConnection, _ notes: Notes) throws -> InstallRun {
    InstallRun(
      connection: connection, domainName: machine.domainName,
      watcher: try #require(InstallerWatchers.watcher(for: "debian-installer")),
      logs: [.console: machine.consoleLog, .installer: machine.installerLog], limits: limits
    ) { notes.add($0) }
  }

  private func install(_ machine: MachinePlan, with daemon: SessionDaemon) async throws {
    let result = try await daemon.install(machine)
    try #require(result.status == 0, "\(result.output)")
  }

  @Test("a guest that says its last word and powers off has succeeded; domain and pool are gone")
  func success() async throws {
    let daemon = try await SessionDaemon()
    let machine = try daemon.machine(
      "success", guest: TinyGuest(console: ["hello from the guest"], installer: DebianLog.success, action: .powerOff))
    let connection = try await LibvirtConnection.open(daemon.uri)
    let sweep = try await StoragePoolSweep(before: connection, folders: [machine.disk.removingLastComponent()])
    let notes = Notes()
    let installation = try watch(machine, on: connection, notes)
    let began = ContinuousClock.now
    try await install(machine, with: daemon)
    // The product's promise is 10 s; other work on the machine is none of its business.
    let limit: Duration = TestMachine.isBusy ? .seconds(60) : .seconds(10)
    #expect(ContinuousClock.now - began < limit, "from the command to a running domain")
    guard case .succeeded = await installation.outcome() else {
      Issue.record("failed: \(notes.all)")
      return
    }
    #expect(notes.all.contains(.domain(.started)))
    #expect(notes.all.contains(.domain(.stopped(.shutdown))))
    #expect(notes.all.contains(.line(.console, "hello from the guest")))
    #expect(notes.all.contains(.phase("software")))
    #expect(try await sweep.sweep() == ["success"])
    #expect(try await connection.storagePools().isEmpty)
    #expect(try await connection.domain(named: "success") == nil)
    try await DomainGuard(uri: daemon.uri, domainName: "success").release(on: connection)
  }

  @Test("a guest that resets itself in the middle has failed, although its domain ends like a clean one")
  func reset() async throws {
    let daemon = try await SessionDaemon()
    let machine = try daemon.machine(
      "reset", guest: TinyGuest(console: ["rebooting"], installer: [DebianLog.menu("pkgsel")], action: .reset))
    let connection = try await LibvirtConnection.open(daemon.uri)
    let installation = try watch(machine, on: connection, Notes())
    try await install(machine, with: daemon)
    guard case .failed(let failure) = await installation.outcome() else {
      Issue.record("a reset is no success")
      return
    }
    #expect(failure.cause == .unfinished)
    #expect(failure.phase == "software")
    #expect(failure.consoleLines.last == "rebooting")
  }

  @Test("QEMU gets the machine as planned, a question ends the run by its key, and the guard removes the domain")
  func question() async throws {
    let daemon = try await SessionDaemon()
    let asks = ["--> INPUT critical partman/confirm", "<-- 0 question will be asked", "--> GO"].map(DebianLog.debconf)
    let machine = try daemon.machine("asks", guest: TinyGuest(console: ["a"], installer: asks, action: .halt))
    let connection = try await LibvirtConnection.open(daemon.uri)
    let installation = try watch(machine, on: connection, Notes())
    try await install(machine, with: daemon)
    let domain = try #require(try await connection.domain(named: "asks"))
    #expect(try await domain.state() == .running)
    #expect(try await domain.diskTraffic(of: "vda").sent == 0)
    try checkCommandLine(ofQEMU: try String(contentsOf: daemon.qemuLog("asks"), encoding: .utf8))
    guard case .failed(let failure) = await installation.outcome() else {
      Issue.record("a question is no success")
      return
    }
    #expect(failure.cause == .question(key: "partman/confirm"))
    try await DomainGuard(uri: daemon.uri, domainName: "asks").release(on: connection)
    #expect(try await connection.domain(named: "asks") == nil)
  }

  private func checkCommandLine(ofQEMU log: String) throws {
    for words in [
      "-accel tcg,tb-size=64", "-cpu qemu64", "-machine pc-q35", "-m 64", "-smp 1", "-display none",
      "auto priority=critical console=ttyS0,115200n8", "\"driver\":\"isa-serial\",\"chardev\":\"charserial1\"",
      "virtio-blk-pci", "\"no-flush\":true", "\"discard\":\"unmap\"", "virtio-net-pci", "virtio-rng-pci",
      "-no-user-config",
    ] {
      #expect(log.contains(words), "QEMU's command line lacks \(words)")
    }
    for word in ["VGA", "virtio-vga", "usb-tablet", "virtio-balloon", "qemu-xhci", "hda-"] {
      #expect(!log.contains(word), "QEMU's command line has \(word)")
    }
  }

  @Test("when the daemon dies the run fails at once and says so")
  func daemonDies() async throws {
    let daemon = try await SessionDaemon()
    let machine = try daemon.machine("orphan", guest: TinyGuest(console: ["a"], installer: ["b"], action: .halt))
    let connection = try await LibvirtConnection.open(daemon.uri)
    let installation = try watch(machine, on: connection, Notes())
    try await install(machine, with: daemon)
    let pid = try daemon.qemuProcess("orphan")
    defer { kill(pid, SIGKILL) }
    async let outcome = installation.outcome()
    try await Task.sleep(for: .milliseconds(300))
    try daemon.killDaemon()
    guard case .failed(let failure) = await outcome else {
      Issue.record("no daemon is no success")
      return
    }
    #expect(failure.cause == .daemonDied)
    #expect(await connection.isAlive() == false)
  }

  @Test("a domain destroyed from outside, a cancelled run and a domain that never was are told apart")
  func endings() async throws {
    let daemon = try await SessionDaemon()
    let machine = try daemon.machine("ends", guest: TinyGuest(console: ["a"], installer: ["b"], action: .halt))
    let connection = try await LibvirtConnection.open(daemon.uri)
    let first = try watch(machine, on: connection, Notes())
    let second = try watch(machine, on: connection, Notes())
    try await install(machine, with: daemon)
    let cancelled = Task { await first.outcome() }
    try await Task.sleep(for: .milliseconds(300))
    cancelled.cancel()
    #expect(failure(await cancelled.value)?.cause == .cancelled)
    async let outcome = second.outcome()
    try await connection.domain(named: "ends")?.destroy()
    #expect(failure(await outcome)?.cause == .destroyed)
    var missing = machine
    missing.domainName = "never-was"
    #expect(failure(await (try watch(missing, on: connection, Notes())).outcome())?.cause == .notStarted)
  }

  private func failure(_ outcome: InstallOutcome) -> InstallFailure? {
    if case .failed(let failure) = outcome { failure } else { nil }
  }
}

extension SessionDaemon {
  /// libvirt's log of a domain, which starts with QEMU's command line.
  func qemuLog(_ name: String) -> URL {
    URL(fileURLWithPath: scratch.path.appending("home/cache/libvirt/qemu/log/\(name).log").string)
  }

  /// The process number of a domain's QEMU.
  func qemuProcess(_ name: String) throws -> Int32 { try number(in: "run/libvirt/qemu/run/\(name).pid") }
}
