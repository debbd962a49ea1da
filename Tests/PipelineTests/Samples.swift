import HostSystem
import Model
import SystemPackage

@testable import Pipeline

extension TestHost {
  /// A crypt(5) hash that must never be seen outside an answer file.
  static let marker = "$6$saltsalt$MARKERqvj0gFA8wKxv1n2m3l4k5j6h7g8f9d0s1a2q3w4e5r6t7y8u9i0o"

  var output: FilePath { folder.appending("out") }

  /// A config that plans without a network: kernel and initrd are files here, the guest is emulated.
  func config(_ change: (inout ImageConfig) -> Void = { _ in }) throws -> ImageConfig {
    var config = ImageConfig(name: "golden")
    config.distribution = "debian"
    config.release = "13"
    config.source.mirrors = ["http://ftp.debian.org/debian/"]
    config.source.defaultSecurityMirror = "http://security.debian.org/debian-security"
    config.source.kernel = [try write("installer/linux", "a kernel").string]
    config.source.initrd = [try write("installer/initrd.gz", "an initrd").string]
    config.source.cacheFolder = folder.appending("cache")
    config.answers.hostname = "golden"
    config.answers.archive.suite = "trixie"
    config.answerFile.format = "preseed"
    config.machine.accelerator = .tcg
    config.disk.formats = ["qcow2"]
    config.disk.outputFolder = output
    change(&config)
    return config
  }

  /// A plan with every path in the test's folder and nothing to publish.
  func plan(_ change: (inout BuildPlan) -> Void = { _ in }) -> BuildPlan {
    let work = output.appending(".golden-2026-02-03.build")
    func fetch(_ name: String) -> FetchPlan {
      FetchPlan(
        sources: [folder.appending("installer").appending(name).string], sha256: nil, trust: "a test",
        target: work.appending(name), timeLimitSeconds: 10)
    }
    func artifact(_ format: String, _ working: String, _ final: String) -> ArtifactPlan {
      ArtifactPlan(format: format, working: work.appending(working), final: output.appending(final))
    }
    var plan = BuildPlan(
      image: "golden", distribution: "debian", release: "13", date: "2026-02-03", baseName: "golden-2026-02-03",
      outputFolder: output, workFolder: work, cacheFolder: folder.appending("cache"), stages: [],
      installer: InstallerPlan(
        kind: .configured, reason: "a test", kernel: fetch("linux"), initrd: fetch("initrd.gz")), depot: nil,
      answers: AnswerPlan(
        format: "preseed", ownFile: nil, answers: answers(), firmwareLookup: false, holdInitramfs: true,
        installerIPv6: false, folder: work.appending("answers")), machine: machine(work),
      limits: InstallLimits(overallSeconds: 60, silenceSeconds: 10), watcher: "debian-installer", startLibvirt: false,
      disk: DiskPlan(
        size: .mebibytes(512), raw: work.appending("disk.raw"),
        artifacts: [artifact("qcow2", "disk.qcow2", "golden-2026-02-03.qcow2")]), cleaning: Cleaning(),
      log: LogPlan(
        file: output.appending("golden-2026-02-03.log"),
        installerLogs: output.appending("golden-2026-02-03.installer-logs"), printInstallerLogs: true),
      publishing: Publishing(), hookEnvironment: [:], expectedSeconds: [:], notes: [])
    change(&plan)
    return plan
  }

  private func answers() -> InstallAnswers {
    var answers = InstallAnswers()
    answers.hostname = "golden"
    answers.archive.mirror = "http://ftp.debian.org/debian"
    answers.archive.suite = "trixie"
    return answers
  }

  private func machine(_ work: FilePath) -> MachinePlan {
    MachinePlan(
      domainName: "image-factory-golden", libvirtURI: "test:///default", accelerator: .tcg,
      acceleratorReason: "a test", cpu: "qemu64", cores: 1, memory: .gibibytes(1), translationCache: nil, osinfo: nil,
      macAddress: nil, vnc: nil, disk: work.appending("disk.raw"), diskCache: "unsafe", kernel: work.appending("linux"),
      initrd: work.appending("initrd.gz"), injectedFiles: [], kernelArguments: [],
      consoleLog: work.appending("console.log"), installerLog: work.appending("installer.log"))
  }
}

/// Answers every command itself and remembers it; knows only the tools it is told of.
final class RecordingRunner: CommandRunner {
  let commands = Collected<Command>()
  private let tools: Set<String>?
  private let answer: @Sendable (Command) throws -> CommandResult

  /// `tools` nil: every tool is found.
  init(
    tools: Set<String>? = nil,
    _ answer: @escaping @Sendable (Command) throws -> CommandResult = { _ in CommandResult(ending: .exited(0)) }
  ) {
    self.tools = tools
    self.answer = answer
  }

  func run(_ command: Command, onLine: (@Sendable (OutputLine) -> Void)?) async throws -> CommandResult {
    commands.add(command)
    guard locate(command.tool) != nil else { throw ToolCatalogue.missing(command) }
    return try answer(command)
  }

  func locate(_ tool: String) -> FilePath? {
    guard let tools else { return FilePath("/usr/bin").appending(tool) }
    return tools.contains(tool) ? FilePath("/usr/bin").appending(tool) : nil
  }
}
