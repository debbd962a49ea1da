import Model
import SystemPackage
import Testing

@testable import Hypervisor

@Suite("CDs of the machine") struct AnswerVolumeTests {
  private func machine(_ folder: FilePath = "/build") -> MachinePlan {
    var machine = MachinePlan.sample(folder)
    machine.installerImage = folder.appending("installer.iso")
    machine.answerVolume = AnswerVolume(path: folder.appending("answers.iso"), label: "CIDATA", files: [])
    return machine
  }

  @Test("the image comes first, then the answers, both read-only on SATA; without them there is no CD")
  func arguments() {
    let argv = VirtInstall.command(for: machine("/a,b")).argv
    #expect(
      argv.filter { $0.contains("cdrom") } == [
        "path=\"/a,b/installer.iso\",device=cdrom,bus=sata,format=raw,readonly=on",
        "path=\"/a,b/answers.iso\",device=cdrom,bus=sata,format=raw,readonly=on",
      ])
    #expect(!VirtInstall.command(for: .sample()).argv.contains { $0.contains("cdrom") })
    #expect(VirtInstall.findings(for: machine("/it's")).count == VirtInstall.findings(for: .sample("/it's")).count + 2)
  }

  @Test("virt-install makes two CD drives of them", .needs("virt-install"))
  func realParser() async throws {
    let folder = try Scratch()
    let machine = machine(folder.path)
    let discs = VirtInstall.command(for: machine).argv.filter { $0.contains("cdrom") }
    for file in [machine.disk, machine.installerImage, machine.answerVolume?.path].compactMap(\.self) {
      try Scratch.write([1], to: file)
    }
    let run = try await run(
      "virt-install",
      [
        "--connect", "test:///default", "--name", "x", "--memory", "64", "--import", "--arch", "i686",
        "--osinfo", "detect=off,require=off", "--virt-type", "test", "--network", "none", "--graphics", "none",
        "--disk", "path=\(machine.disk.string),format=raw,bus=virtio", "--disk", discs[0], "--disk", discs[1],
        "--dry-run", "--print-xml", "1",
      ], environment: ["HOME": folder.path.string, "XDG_CACHE_HOME": folder.path.string])
    #expect(run.status == 0, "\(run.output)")
    #expect(run.output.split(separator: "device=\"cdrom\"").count == 3, "\(run.output)")
    #expect(
      run.output.contains("<target dev=\"sda\" bus=\"sata\"/>")
        && run.output.contains("<target dev=\"sdb\" bus=\"sata\"/>"))
    #expect(run.output.split(separator: "<readonly/>").count == 3)
    #expect(run.output.contains("\(folder.path.string)/answers.iso\""))
  }
}
