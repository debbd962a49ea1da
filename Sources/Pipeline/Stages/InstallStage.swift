import HostSystem
import Hypervisor
package import Model
import SystemPackage

/// Runs the distribution's installer in a virtual machine until it has said that it is done and has switched itself off.
package struct InstallStage: Stage {
  package static let name = "install"

  package init() {}

  package func requirements(of plan: BuildPlan) -> [Requirement] {
    let purpose = "install '\(plan.image)'"
    var requirements: [Requirement] = [
      .tool("virt-install", purpose: purpose),
      .tool("qemu-system-x86_64", purpose: purpose),
      .libvirt(uri: plan.machine.libvirtURI, mayStart: plan.startLibvirt),
      .reachableByQEMU(plan.workFolder.removingLastComponent(), uri: plan.machine.libvirtURI),
    ]
    if let firmware = plan.machine.firmware {
      for file in [firmware.code, firmware.variablesTemplate] {
        requirements.append(
          .packageFile(file, package: UEFIFirmware.debianPackage, purpose: "start a machine with UEFI"))
      }
    }
    return requirements
  }

  package func run(_ plan: BuildPlan, in context: StageContext) async throws -> StageOutcome {
    let machine = plan.machine
    let service = LibvirtService(host: context.host)
    // What the guest needs ends with the installation; the build's own clean-up ends it when the installation does not.
    let scope = CleanUpStack()
    context.cleanUp.register(.always, "end the virtual machine", byHand: "see the single steps") {
      let leftovers = await scope.unwind(succeeded: true)
      guard leftovers.isEmpty else { throw FactoryError(.unexpected, leftovers.joined(separator: "; ")) }
    }
    let daemons = try await service.ensure(
      uri: machine.libvirtURI, mayStart: plan.startLibvirt, logFolder: plan.workFolder)
    for note in daemons.notes { context.events.step(note) }
    scope.register(.always, "end libvirt's daemons", byHand: daemons.byHand) {
      try await daemons.end()
    }
    let connection = try await connect(machine.libvirtURI)
    let keeper = DomainGuard(uri: machine.libvirtURI, domainName: machine.domainName)
    // A build of this name that was killed may have left its domain: nobody else can own it, we hold the name.
    try await toFactoryError("remove a left-over domain") { try await keeper.release(on: connection) }
    for sentence in await KilledBuild.sweep(plan) { context.events.warning(sentence) }
    let pools = try await toFactoryError("ask for the storage pools") {
      try await StoragePoolSweep(before: connection, folders: [plan.workFolder])
    }
    scope.register(.always, "close the connection to libvirt", byHand: "it ends with this process") {
      await connection.close()
    }
    scope.register(.always, "remove virt-install's storage pool", byHand: "virsh -c \(machine.libvirtURI) pool-list") {
      try await pools.sweep()
    }
    scope.register(.always, "keep the logs of the serial ports", byHand: "they are gone with the work folder") {
      try InstallerLogs.keepSerial(plan)
    }
    scope.register(
      .always, "remove the domain '\(machine.domainName)'", byHand: keeper.byHand.map(\.shown).joined(separator: "; ")
    ) {
      try await keeper.release(on: connection)
    }
    let outcome = try await install(plan, connection: connection, in: context)
    for leftover in await scope.unwind(succeeded: true) { context.events.warning(leftover) }
    return outcome
  }

  private func install(
    _ plan: BuildPlan, connection: LibvirtConnection, in context: StageContext
  ) async throws -> StageOutcome {
    guard let watcher = InstallerWatchers.watcher(for: plan.watcher) else {
      throw FactoryError(
        .configInvalid, "unknown installer watcher '\(plan.watcher)'",
        hint: "known: \(InstallerWatchers.all.map(\.kind).joined(separator: ", "))")
    }
    let machine = try InstallerDiscs.labelled(plan.machine)
    let mirror = MirrorWatch(plan, host: context.host, events: context.events)
    let limits = Hypervisor.InstallLimits(
      overall: .seconds(plan.limits.overallSeconds), inactivity: .seconds(plan.limits.silenceSeconds))
    let narrator = InstallNarrator(events: context.events)
    let run = InstallRun(
      connection: connection, domainName: machine.domainName, watcher: watcher,
      logs: [.console: machine.consoleLog, .installer: machine.installerLog], limits: limits,
      secrets: plan.answers.answers.secrets,
      observe: {
        narrator.tell($0)
        mirror?.take($0)
      })
    context.events.step("starting the virtual machine '\(machine.domainName)' (\(machine.accelerator.rawValue))")
    _ = try await context.host.runner.succeed(
      VirtInstall.command(for: machine), failing: .installationFailed,
      onLine: { context.events.line($0.text) })
    let outcome = if let mirror { try await mirror.guarding { await run.outcome() } } else { await run.outcome() }
    try Task.checkCancellation()
    switch outcome {
    case .succeeded(let took):
      return StageOutcome(facts: "installed in \(took.timeSpan)")
    case .failed(let failure):
      throw error(failure, plan: plan)
    }
  }

  private func error(_ failure: InstallFailure, plan: BuildPlan) -> FactoryError {
    let place = failure.phase.map { " (in the step '\($0)')" } ?? ""
    var details: [String] = []
    if !failure.consoleLines.isEmpty { details += ["the last lines of the console:"] + failure.consoleLines }
    if !failure.installerLines.isEmpty {
      details += ["the last lines of the installer's log:"] + failure.installerLines
    }
    details.append("the whole logs: \(plan.log.installerLogs)")
    return FactoryError(
      .installationFailed, "the installation of '\(plan.image)' failed: \(failure.message)\(place)",
      hint: failure.hint, details: details)
  }

  private func connect(_ uri: String) async throws -> LibvirtConnection {
    do {
      return try await LibvirtConnection.open(uri)
    } catch {
      throw FactoryError(
        .hostNotReady, "cannot connect to libvirt at '\(uri)': \(error.message)", hint: error.hint)
    }
  }

  private func toFactoryError<Value>(
    _ what: String, _ work: () async throws -> Value
  ) async throws -> Value {
    do {
      return try await work()
    } catch let error as LibvirtError {
      throw FactoryError(.hostNotReady, "libvirt cannot \(what): \(error.message)", hint: error.hint)
    }
  }
}
