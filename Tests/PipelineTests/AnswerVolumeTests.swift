import HostSystem
import Hypervisor
import Installers
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("answers on a volume of their own")
struct AnswerVolumeTests {
  private func volumePlan(_ test: TestHost, _ change: (inout BuildPlan) -> Void = { _ in }) -> BuildPlan {
    test.plan {
      $0.answers.format = "autoinstall"
      $0.answers.dialect = "24.04"
      $0.answers.answers.archive.suite = ""
      $0.answers.answers.archive.mirror = "http://archive.ubuntu.com/ubuntu"
      $0.answers.answers.root = .passwordHash(Secret(TestHost.marker))
      $0.machine.answerVolume = AnswerVolume(
        path: $0.workFolder.appending("answers.iso"), label: "CIDATA", files: [])
      change(&$0)
    }
  }

  /// The volume's files with their modes, unpacked.
  private func unpack(_ image: FilePath, _ test: TestHost) async throws -> FilePath {
    let folder = test.folder.appending("unpacked")
    try await test.tool("xorriso", "-osirrox", "on", "-indev", "stdio:\(image)", "-extract", "/", folder.string)
    return folder
  }

  @Test(
    "the volume has the label and the files, is its owner's only, and the initrd stays as it is",
    needs("xorriso", "blkid"))
  func roundTrip() async throws {
    try await TestHost.run { test in
      let plan = volumePlan(test)
      try Folder.create(plan.workFolder)
      try AtomicFile.write("an initrd", to: plan.machine.initrd)
      let report = try await test.build(plan, [RenderStage()])
      #expect(report.status == .done, "\(report.error?.message ?? "") \(report.error?.details ?? [])")
      let volume = try #require(plan.machine.answerVolume)
      #expect(volume.path.mode == 0o600)
      #expect(try test.text(plan.machine.initrd) == "an initrd")
      #expect(test.names(plan.workFolder).filter { $0.contains("iso") } == ["answers.iso"])
      let label = try await test.tool("blkid", "-o", "value", "-s", "LABEL", volume.path.string)
      #expect(label.standardOutput == "CIDATA\n")
      let folder = try await unpack(volume.path, test)
      #expect(test.names(folder) == test.names(plan.answers.folder))
      #expect(test.names(folder).contains("user-data") && test.names(folder).contains("meta-data"))
      for name in test.names(folder) {
        #expect(try test.text(folder.appending(name)) == test.text(plan.answers.folder.appending(name)))
        #expect(folder.appending(name).mode == plan.answers.folder.appending(name).mode, "\(name)")
      }
      #expect(try test.text(folder.appending("accounts")).contains("MARKER"))
      #expect(try !test.text(folder.appending("user-data")).contains("MARKER"))
    }
  }

  @Test("a user's own file is the user data, with empty meta data beside it", needs("xorriso"))
  func ownFile() async throws {
    try await TestHost.run { test in
      let own = try test.write("mine.yaml", "#cloud-config\nautoinstall: {version: 1}\n")
      let plan = volumePlan(test) { $0.answers.ownFile = own }
      let report = try await test.build(plan, [RenderStage()])
      #expect(report.status == .done && report.stages.first?.facts == ["your own mine.yaml"])
      let folder = try await unpack(plan.workFolder.appending("answers.iso"), test)
      #expect(test.names(folder) == ["meta-data", "user-data"])
      #expect(try test.text(folder.appending("user-data")) == test.text(own))
    }
  }

  @Test("xorriso's failure is told, and preflight says which package has it")
  func noTool() async throws {
    try await TestHost.run(runner: RecordingRunner { _ in CommandResult(ending: .exited(5)) }) { test in
      let report = try await test.build(volumePlan(test), [RenderStage()])
      #expect(report.status == .processingFailed)
      #expect(
        report.error?.message.contains("cannot make the volume 'CIDATA'") == true, "\(report.error?.message ?? "")")
    }
    try await TestHost.run(runner: RecordingRunner(tools: [])) { test in
      let found = await Preflight(host: test.host).check(volumePlan(test)).filter { $0.message.contains("'xorriso'") }
      #expect(found.map(\.hint) == ["install the package 'xorriso'"])
      let others = await Preflight(host: test.host).check(test.plan())
      #expect(others.allSatisfy { !$0.message.contains("'xorriso'") })
    }
  }

  @Test("the plan attaches volume and image as CDs and injects nothing")
  func planned() async throws {
    try await TestHost.run { test in
      let image = try test.write("live.iso", "an image")
      let config = try test.config {
        $0.answerFile.format = "autoinstall"
        $0.answerFile.dialect = "24.04"
        $0.answers.archive.suite = "noble"
        $0.source.mirrors = ["http://archive.ubuntu.com/ubuntu"]
        $0.source.kernel = ["iso:/casper/vmlinuz"]
        $0.source.initrd = ["iso:/casper/initrd"]
        $0.source.image = [image.string]
        $0.source.imageSHA256 = String(repeating: "a", count: 64)
        $0.watcher = "subiquity"
      }
      let result = await Planner(host: test.host, shippedFolder: nil).plan(config, hookEnvironment: [:])
      let plan = try #require(result.plan, "\(result.findings)")
      let machine = plan.machine
      #expect(machine.injectedFiles == [])
      #expect(machine.answerVolume?.label == "CIDATA")
      #expect(machine.answerVolume?.path == plan.workFolder.appending("answers.iso"))
      #expect(machine.answerVolume?.files.first == plan.answers.folder.appending("user-data"))
      #expect(machine.installerImage == plan.workFolder.appending("installer.iso"))
      #expect(plan.installer.image?.sha256 == String(repeating: "a", count: 64))
      #expect(plan.installer.kernel.trust == "in the image: digest in the config")
      #expect(machine.kernelArguments.prefix(2) == ["autoinstall", "ds=nocloud"])
      let argv = VirtInstall.command(for: machine).argv
      #expect(argv.count { $0.hasSuffix("device=cdrom,bus=sata,format=raw,readonly=on") } == 2)
      #expect(PlanText.text(plan).contains("on the volume 'CIDATA'"))
      #expect(PlanText.files(plan).contains(image.string))
    }
  }
}
