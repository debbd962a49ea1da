import DiskImages
import HostSystem
package import Model
package import SystemPackage

/// Plans the finishing of a disk that something else installed: the stages after the installation, and nothing of a machine.
package struct FinishPlanner: Sendable {
  let host: Host

  package init(host: Host) { self.host = host }

  /// The plan, when nothing stands against it, and everything there is to say; changes nothing.
  package func plan(_ config: ImageConfig, disk: FilePath) -> Planner.Result {
    var findings = ConfigCheck.formats(of: config)
    var size = ByteSize(bytes: 0)
    do {
      size = try SparseFile.sizes(of: disk).apparent
      _ = try PartitionTable.read(disk)
    } catch let error as DiskImageError {
      let hint = (try? ForeignFormat.of(disk))?.map { format in
        let words = ["qemu-img", "convert", "-f", format.name, "-O", "raw", disk.string, disk.string + ".raw"]
        return "it looks like \(format.name), only raw disks are finished: \(ShellWords.join(words))"
      }
      findings.append(.host("cannot finish '\(disk)': \(error.message)", hint: hint ?? NoDisk.hint(disk, error)))
    } catch {
      findings.append(.host("cannot finish '\(disk)': \(describe(error))"))
    }
    guard !findings.contains(where: { $0.severity == .error }) else {
      return Planner.Result(plan: nil, findings: findings)
    }
    let names = ArtifactNames.choose(for: config, date: host.clock.today, stateFolder: host.stateFolder)
    var diskPlan = names.disk(config.disk)
    diskPlan.size = size
    diskPlan.given = disk
    var plan = BuildPlan(
      image: config.name, distribution: config.distribution, release: config.release, date: names.date,
      baseName: names.base, outputFolder: names.outputFolder, workFolder: names.workFolder,
      cacheFolder: config.source.cacheFolder ?? host.facts.cacheFolder, stages: [], installer: noInstaller(names),
      depot: nil,
      answers: AnswerPlanner.plan(
        config, mirrors: Mirrors.choose(for: config.source, distribution: config.distribution, host: host.facts),
        folder: names.workFolder.appending("answers")),
      machine: noMachine(names), limits: Model.InstallLimits(overallSeconds: 0, silenceSeconds: 0),
      watcher: config.watcher, startLibvirt: false, disk: diskPlan, cleaning: config.cleaning,
      log: names.log(config.log),
      publishing: Publishing(), hookEnvironment: [:], expectedSeconds: [:], notes: ["the disk '\(disk)' is only read"])
    plan.stages = StageOrder.stages(of: plan).map { type(of: $0).name }
    return Planner.Result(plan: plan, findings: findings)
  }

  // A plan always has an installer and a machine; no stage of finishing looks at them.

  private func noInstaller(_ names: ArtifactNames) -> InstallerPlan {
    func nothing(_ name: String) -> FetchPlan {
      FetchPlan(
        sources: [], sha256: nil, trust: "not used", target: names.workFolder.appending(name), timeLimitSeconds: 0)
    }
    return InstallerPlan(
      kind: .configured, reason: "the disk was installed elsewhere", kernel: nothing("linux"), initrd: nothing("initrd")
    )
  }

  private func noMachine(_ names: ArtifactNames) -> MachinePlan {
    MachinePlan(
      domainName: "", libvirtURI: "", accelerator: .tcg, acceleratorReason: "not used", cpu: "", cores: 0,
      memory: ByteSize(bytes: 0), translationCache: nil, osinfo: nil, macAddress: nil, vnc: nil, disk: names.rawDisk,
      diskCache: "", kernel: names.workFolder.appending("linux"), initrd: names.workFolder.appending("initrd"),
      injectedFiles: [], kernelArguments: [], consoleLog: names.workFolder.appending("console.log"),
      installerLog: names.workFolder.appending("installer.log"))
  }
}
