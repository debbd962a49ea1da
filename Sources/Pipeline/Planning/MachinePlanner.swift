import HostSystem
import Installers
import Model
import SystemPackage

/// Decides about the virtual machine and the installer's kernel line.
struct MachinePlanner: Sendable {
  let host: Host

  /// The machine; throws ``FactoryError`` for what the answer format or the kernel line cannot say.
  func plan(
    _ config: ImageConfig, accelerator: AcceleratorChooser.Choice, answers: AnswerPlan, installer: InstallerPlan,
    pinnedSuite: PinnedSuitePlan?, names: ArtifactNames
  ) throws -> MachinePlan {
    let request = config.machine
    let render = Rendering.request(
      answers, pinnedSuite: pinnedSuite, proxy: config.source.depot ? "http://10.0.2.2:1/" : nil,
      regenerateHostKeys: config.cleaning.regenerateHostKeys, origins: config.origins)
    let files = try AnswerPlanner.fileNames(answers, request: render)
    let tcg = accelerator.accelerator == .tcg
    return MachinePlan(
      domainName: domainName(names), libvirtURI: uri(request), accelerator: accelerator.accelerator,
      acceleratorReason: accelerator.reason, cpu: accelerator.cpu,
      cores: request.cores ?? min(max(host.facts.cores, 1), 4), memory: request.memory,
      translationCache: tcg ? request.translationCache : nil, osinfo: request.osinfo,
      macAddress: request.macAddress, vnc: request.vnc, disk: names.rawDisk, diskCache: request.diskCache,
      kernel: installer.kernel.target, initrd: installer.initrd.target,
      injectedFiles: files.map { answers.folder.appending($0) },
      kernelArguments: try kernelArguments(config, answers: answers, render: render, tcg: tcg),
      consoleLog: names.workFolder.appending("console.log"),
      installerLog: names.workFolder.appending("installer.log"))
  }

  private func kernelArguments(
    _ config: ImageConfig, answers: AnswerPlan, render: RenderRequest, tcg: Bool
  ) throws -> [String] {
    let format = try Rendering.format(answers.format)
    if let own = answers.ownFile {
      return format.ownFileWatch.arguments + format.ownFileKernelArguments(fileName: own.lastComponent?.string ?? "")
        + config.answerFile.append
    }
    var tuning = InstallerTuning()
    tuning.noRandomization = config.machine.installerNoRandomization ?? tcg
    tuning.noMitigations = config.machine.installerNoMitigations
    tuning.ipv6 = config.machine.installerIPv6
    tuning.append = config.answerFile.append
    return try format.kernelArguments(render, tuning: tuning)
  }

  /// The libvirt connection: the config's, the environment's, else the user's own or the system's.
  func uri(_ request: MachineRequest) -> String {
    if let uri = request.libvirtURI { return uri }
    if let uri = host.facts.environment["LIBVIRT_DEFAULT_URI"], !uri.isEmpty { return uri }
    return host.facts.isRoot ? "qemu:///system" : "qemu:///session"
  }

  /// Unique on the host though two output folders may have builds of the same name: a few letters of the work folder's digest.
  private func domainName(_ names: ArtifactNames) -> String {
    "image-factory-\(names.base)-\(ShortDigest.of(names.workFolder.string))"
  }
}
