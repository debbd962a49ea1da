import Glibc
import HostSystem
import Hypervisor
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("decisions about the machine")
struct MachinePlannerTests {
  private func plan(
    _ test: TestHost, _ accelerator: Accelerator = .tcg, _ change: (inout ImageConfig) -> Void = { _ in }
  ) throws -> MachinePlan {
    let config = try test.config(change)
    let names = ArtifactNames.choose(for: config, date: "2026-02-03")
    let mirrors = Mirrors.choose(for: config.source, distribution: config.distribution, host: test.host.facts)
    return try MachinePlanner(host: test.host).plan(
      config,
      accelerator: .init(
        accelerator: accelerator, cpu: accelerator == .kvm ? "host-passthrough" : "qemu64", reason: ""),
      answers: AnswerPlanner.plan(config, mirrors: mirrors, folder: names.workFolder.appending("answers")),
      installer: test.plan().installer, pinnedSuite: nil, names: names)
  }

  @Test("what is slow under emulation alone is turned off there alone")
  func levers() async throws {
    try await TestHost.run { test in
      let emulated = try plan(test)
      #expect(emulated.kernelArguments.contains("norandmaps"))
      #expect(emulated.translationCache == .gibibytes(1))
      let native = try plan(test, .kvm)
      #expect(!native.kernelArguments.contains("norandmaps"))
      #expect(native.translationCache == nil)
      #expect(native.cpu == "host-passthrough")
      for machine in [emulated, native] {
        #expect(machine.kernelArguments.contains("mitigations=off"))
        #expect(machine.kernelArguments.contains("ipv6.disable=1"))
        #expect(machine.kernelArguments.contains("DEBCONF_DEBUG=5"))
        // What stands behind it would be in the finished system's boot loader.
        #expect(machine.kernelArguments.last == "---")
        #expect(machine.vnc == nil && machine.diskCache == "unsafe")
      }
    }
  }

  @Test("a machine has UEFI firmware only when it is asked for, with variables in the work folder")
  func firmware() async throws {
    try await TestHost.run { test in
      #expect(try plan(test).firmware == nil)
      let machine = try plan(test) { $0.answers.disk.firmware = .uefi }
      let firmware = try #require(machine.firmware)
      #expect(firmware.variables.removingLastComponent() == machine.consoleLog.removingLastComponent())
      let known = UEFIFirmware.find() ?? .debian
      #expect(firmware.code == known.code && firmware.variablesTemplate == known.variables)
    }
  }

  @Test("each lever has a setting that wins")
  func settings() async throws {
    try await TestHost.run { test in
      let emulated = try plan(test) {
        $0.machine.installerNoRandomization = false
        $0.machine.installerNoMitigations = false
        $0.machine.installerIPv6 = true
        $0.machine.translationCache = .mebibytes(256)
        $0.machine.cores = 7
        $0.answerFile.append = ["quiet"]
      }
      for word in ["norandmaps", "mitigations=off", "ipv6.disable=1"] {
        #expect(!emulated.kernelArguments.contains(word))
      }
      #expect(emulated.kernelArguments.suffix(2) == ["quiet", "---"])
      #expect(emulated.translationCache == .mebibytes(256))
      #expect(emulated.cores == 7)
      #expect(
        try plan(test, .kvm) { $0.machine.installerNoRandomization = true }.kernelArguments.contains("norandmaps"))
    }
  }

  @Test("the processors are the host's, four at most")
  func cores() async throws {
    try await TestHost.run { test async throws in
      var test = test
      #expect(try plan(test).cores == 2)
      test.host.facts.cores = 64
      #expect(try plan(test).cores == 4)
      test.host.facts.cores = 0
      #expect(try plan(test).cores == 1)
    }
  }

  @Test("the libvirt connection is the config's, else the environment's, else that of the user")
  func uri() async throws {
    try await TestHost.run { test async throws in
      var test = test
      #expect(try plan(test).libvirtURI == "qemu:///session")
      test.host.facts.userNumber = 0
      #expect(try plan(test).libvirtURI == "qemu:///system")
      test.host.facts.environment["LIBVIRT_DEFAULT_URI"] = ""
      #expect(try plan(test).libvirtURI == "qemu:///system")
      test.host.facts.environment["LIBVIRT_DEFAULT_URI"] = "qemu+ssh://host/system"
      #expect(try plan(test).libvirtURI == "qemu+ssh://host/system")
      #expect(try plan(test) { $0.machine.libvirtURI = "test:///default" }.libvirtURI == "test:///default")
    }
  }

  @Test("an answer file of one's own gets the Python tool's kernel line and is injected under its name")
  func ownFile() async throws {
    try await TestHost.run { test in
      let own = try test.write("my/answers.cfg", "d-i debian-installer/locale string en_US\n")
      let machine = try plan(test) {
        $0.answerFile.own = ["preseed": own]
        $0.answerFile.append = ["debug"]
      }
      #expect(machine.kernelArguments.contains("preseed/url=file:///answers.cfg"))
      #expect(machine.kernelArguments.last == "debug")
      #expect(!machine.kernelArguments.contains("norandmaps"))
      #expect(machine.injectedFiles.first?.lastComponent == "answers.cfg")
      #expect(machine.injectedFiles.allSatisfy { $0.removingLastComponent().lastComponent == "answers" })
    }
  }

  @Test("generated answers are rendered at planning time: what they cannot say is known then")
  func rendered() async throws {
    try await TestHost.run(runner: RecordingRunner()) { test in
      #expect(try plan(test).injectedFiles.first?.lastComponent == "preseed.cfg")
      let config = try test.config {
        $0.answers.firewall = Firewall(enabled: true, open: ["22/tcp"])
        $0.origins["firewall"] = SourceLocation(file: "my.conf", line: 7)
      }
      let result = await Planner(host: test.host, shippedFolder: nil).plan(config, hookEnvironment: [:])
      #expect(result.plan == nil)
      #expect(result.findings.contains { $0.message.contains("'firewall'") && $0.location?.line == 7 })
    }
  }

  @Test("builds of one name in two folders have two domains")
  func domainNames() async throws {
    try await TestHost.run { test in
      let one = try plan(test).domainName
      let two = try plan(test) { $0.disk.outputFolder = test.folder.appending("elsewhere") }.domainName
      #expect(one.hasPrefix("image-factory-golden-2026-02-03-"))
      #expect(one != two)
      #expect(try plan(test).domainName == one)
    }
  }
}
