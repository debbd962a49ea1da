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
    var render = Rendering.request(
      answers, pinnedSuite: pinnedSuite, proxy: config.source.depot ? "http://10.0.2.2:1/" : nil,
      cleaning: config.cleaning, diskSize: config.disk.size, origins: config.origins)
    render.hasInstallerImage = installer.image != nil
    let stage2 = try SecondStage.words(for: installer, answers: answers)
    let files = try AnswerPlanner.fileNames(answers, request: render).map { answers.folder.appending($0) }
    let volume = try AnswerPlanner.volume(answers, files: files, workFolder: names.workFolder)
    let tcg = accelerator.accelerator == .tcg
    var machine = MachinePlan(
      domainName: domainName(names), libvirtURI: uri(request), accelerator: accelerator.accelerator,
      acceleratorReason: accelerator.reason, cpu: accelerator.cpu,
      cores: request.cores ?? min(max(host.facts.cores, 1), 4), memory: request.memory,
      translationCache: tcg ? request.translationCache : nil, osinfo: nil,
      macAddress: request.macAddress, vnc: request.vnc, disk: names.rawDisk, diskCache: request.diskCache,
      kernel: installer.kernel.target, initrd: installer.initrd.target,
      injectedFiles: volume == nil ? files : [],
      kernelArguments: try kernelArguments(config, answers: answers, render: render, tcg: tcg) + stage2,
      consoleLog: names.workFolder.appending("console.log"),
      installerLog: names.workFolder.appending("installer.log"),
      firmware: firmware(config.answers.disk.firmware, workFolder: names.workFolder))
    machine.answerVolume = volume
    machine.installerImage = installer.image?.target ?? installer.stage2Disc?.path
    if installer.image != nil, let word = try Rendering.format(answers.format).imageLabelWord,
      !SecondStage.isNamed(word, in: config.answerFile.append)
    {
      machine.imageLabelWord = word
    }
    return machine
  }

  /// Where there is none the plan names Debian's, and preflight says what to install.
  private func firmware(_ kind: DiskLayout.Firmware, workFolder: FilePath) -> MachineFirmware? {
    guard kind == .uefi else { return nil }
    let found = UEFIFirmware.find() ?? .debian
    return MachineFirmware(
      code: found.code, variablesTemplate: found.variables, variables: workFolder.appending("uefi-variables.fd"))
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
    tuning.repositoryPath = config.source.repositoryPath
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
