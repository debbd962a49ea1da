import HostSystem
import Hypervisor
import Foundation
package import Model
package import SystemPackage

/// Turns what a config asks for into what will happen: every decision is made here, none later.
package struct Planner: Sendable {
  let host: Host
  /// The shipped `configs/`, with the pins beside the images; nil when none was found.
  let shippedFolder: FilePath?

  package init(host: Host, shippedFolder: FilePath?) {
    self.host = host
    self.shippedFolder = shippedFolder
  }

  /// What planning found: the plan when nothing stands against it, and everything there is to say.
  package struct Result: Sendable {
    package var plan: BuildPlan?
    package var findings: [Finding]
  }

  /// Plans the build of one image; asks the host and, for the choice of the installer, the mirror, and changes nothing.
  ///
  /// `passwords`: whether commands that yield passwords are run; without that the plan has stand-ins for the hashes.
  package func plan(
    _ asked: ImageConfig, hookEnvironment: [String: String], passwords: Passwords.Use = .hash
  ) async -> Result {
    var findings = ConfigCheck.findings(of: asked) + LoginCheck.findings(of: asked)
    let (config, refused) = await Passwords(host: host).resolved(asked, passwords)
    findings += refused
    var notes: [String] = []

    async let accelerator = AcceleratorChooser(host: host).choose(for: config)
    async let osinfo = OSInfo.known(config.machine.osinfo, runner: host.runner)
    var mirrors = Mirrors.choose(for: config.source, distribution: config.distribution, host: host.facts)
    let names = ArtifactNames.choose(
      for: config, date: host.clock.today, uri: MachinePlanner(host: host).uri(config.machine),
      stateFolder: host.stateFolder)
    let installer = await InstallerChooser(host: host, shippedFolder: shippedFolder).choose(
      for: config, mirrors: mirrors, workFolder: names.workFolder)
    findings += installer.findings
    mirrors = installer.mirrors ?? mirrors
    let chosen = await accelerator
    findings += chosen.findings
    notes += [installer.plan.map { "installer: \($0.kind.rawValue), \($0.reason)" }].compactMap(\.self)
    notes.append("accelerator: \(chosen.accelerator.rawValue), \(chosen.reason)")

    guard var installerPlan = installer.plan else { return Result(plan: nil, findings: findings) }
    let answers = AnswerPlanner.plan(config, mirrors: mirrors, folder: names.workFolder.appending("answers"))
    findings += OwnAnswerFile.findings(
      answers, append: config.answerFile.append, at: config.origins["append"])
    var machine: MachinePlan
    do {
      installerPlan.stage2Disc = try SecondStage.disc(
        for: installerPlan, answers: answers, append: config.answerFile.append, workFolder: names.workFolder)
      machine = try MachinePlanner(host: host).plan(
        config, accelerator: chosen, answers: answers, installer: installerPlan,
        pinnedSuite: installer.pinnedSuite, names: names)
    } catch let error as FactoryError {
      findings.append(Finding(.error, error.status, error.message, hint: error.hint, at: error.location))
      return Result(plan: nil, findings: findings)
    } catch {
      findings.append(.config(describe(error)))
      return Result(plan: nil, findings: findings)
    }
    machine.osinfo = await osinfo
    findings += VirtInstall.findings(for: machine)
    let history = BuildHistory(folder: host.stateFolder).lastGood(config.name)
    let plan = BuildPlan(
      image: config.name, distribution: config.distribution, release: config.release, date: names.date,
      baseName: names.base, outputFolder: names.outputFolder, workFolder: names.workFolder,
      cacheFolder: config.source.cacheFolder ?? host.facts.cacheFolder, stages: [],
      installer: installerPlan, depot: depotPlan(config, mirrors: mirrors, pinnedSuite: installer.pinnedSuite),
      answers: answers, machine: machine, limits: limits(config, accelerator: chosen.accelerator),
      watcher: config.watcher, startLibvirt: config.machine.startLibvirt,
      disk: names.disk(config.disk),
      cleaning: config.cleaning, log: names.log(config.log), publishing: config.publishing,
      hookEnvironment: hookEnvironment,
      expectedSeconds: Dictionary(
        (history?.stages ?? []).map { ($0.name, $0.seconds) }, uniquingKeysWith: { $1 }), notes: notes)
    var complete = plan
    complete.stages = StageOrder.stages(of: plan).map { type(of: $0).name }
    return Result(plan: complete, findings: findings)
  }

  private func depotPlan(_ config: ImageConfig, mirrors: Mirrors, pinnedSuite: PinnedSuitePlan?) -> DepotPlan? {
    // A user's own answer file names its own mirror and proxy: nothing would tell its guest about the depot.
    guard config.source.depot, config.answerFile.own.isEmpty else { return nil }
    return DepotPlan(mirrors: mirrors.all + config.source.updateMirrors, pinnedSuite: pinnedSuite)
  }

  // Measured installations take 11 to 18 minutes under TCG on two cores; a slow mirror and a busy host may take several times as
  // long. Under KVM the same takes a few minutes.
  private func limits(_ config: ImageConfig, accelerator: Accelerator) -> Model.InstallLimits {
    let overall = config.machine.installTimeout?.seconds ?? (accelerator == .kvm ? 3600 : 4 * 3600)
    let silence = config.machine.stallTimeout?.seconds ?? (accelerator == .kvm ? 300 : 1200)
    return Model.InstallLimits(overallSeconds: Int(overall), silenceSeconds: Int(silence))
  }
}
