import Foundation
import Glibc
import HostSystem
import Installers
import Hypervisor
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("what runs the guest")
struct AcceleratorTests {
  private static let mayUseKVM = access("/dev/kvm", R_OK | W_OK) == 0

  /// A host whose QEMU is of version 1 and whose probe says `usable`.
  private func run(
    usable: Bool, _ body: (TestHost, RecordingRunner, AcceleratorChooser) async throws -> Void
  ) async throws {
    let runner = RecordingRunner { command in
      if command.argv.dropFirst() == ["--version"] {
        return CommandResult(ending: .exited(0), standardOutput: "QEMU emulator version 1\n")
      }
      return CommandResult(ending: .exited(1), lastLines: ["failed to initialize kvm: Permission denied"])
    }
    try await TestHost.run(runner: runner) { test in
      if usable {
        let record = AcceleratorRecord(
          bootID: "boot-1", qemuVersion: "QEMU emulator version 1", cpu: "host-passthrough", userID: getuid(),
          verdict: .yes("a guest ran"))
        try test.write("state/accelerator.json", String(decoding: JSONEncoder().encode(record), as: UTF8.self))
      }
      try await body(test, runner, AcceleratorChooser(host: test.host))
    }
  }

  @Test("'accelerator = tcg' asks nobody, and takes the CPU that the distribution needs")
  func tcg() async throws {
    try await run(usable: true) { test, runner, chooser in
      let choice = await chooser.choose(for: try test.config())
      #expect(choice.accelerator == .tcg && choice.reason == "as configured")
      #expect(choice.cpu == CPULevels.model(forLevel: 1))
      #expect(choice.findings == [])
      #expect(runner.commands.all == [])
      let own = await chooser.choose(for: try test.config { $0.machine.cpu = "Nehalem" })
      #expect(own.cpu == "Nehalem")
      // Only KVM can pass the host's processor through.
      let passed = await chooser.choose(for: try test.config { $0.machine.cpu = "host-passthrough" })
      #expect(passed.cpu == CPULevels.model(forLevel: 1))
    }
  }

  @Test("a distribution that needs more than QEMU can emulate is refused without KVM")
  func tooHigh() async throws {
    try await run(usable: false) { test, _, chooser in
      let choice = await chooser.choose(for: try test.config { $0.machine.cpuLevel = 4 })
      #expect(choice.findings.first?.message.contains("needs an x86-64-v4 CPU") == true)
      #expect(choice.findings.first?.status == .hostNotReady)
    }
  }

  @Test("without a usable KVM 'auto' emulates and says why, 'kvm' is an error at its setting")
  func unusable() async throws {
    try await run(usable: false) { test, _, chooser in
      let auto = await chooser.choose(for: try test.config { $0.machine.accelerator = .auto })
      #expect(auto.accelerator == .tcg && !auto.reason.isEmpty && auto.findings == [])
      let forced = await chooser.choose(
        for: try test.config {
          $0.machine.accelerator = .kvm
          $0.origins["accelerator"] = SourceLocation(file: "my.conf", line: 3)
        })
      #expect(forced.findings.first?.message.hasPrefix("'accelerator = kvm' cannot be had: ") == true)
      #expect(forced.findings.first?.location?.line == 3)
    }
  }

  @Test(
    "a verdict of this boot is believed, one of another boot or CPU is not",
    .enabled(if: mayUseKVM, "this user has no /dev/kvm"))
  func cached() async throws {
    try await run(usable: true) { test, runner, chooser in
      var test = test
      let config = try test.config { $0.machine.accelerator = .auto }
      let choice = await chooser.choose(for: config)
      #expect(choice.accelerator == .kvm && choice.cpu == "host-passthrough" && choice.reason == "a guest ran")
      #expect(runner.commands.all.count == 1)
      let other = await chooser.choose(
        for: try test.config {
          $0.machine.accelerator = .auto
          $0.machine.cpu = "Nehalem"
        })
      #expect(other.accelerator == .tcg)
      #expect(runner.commands.all.count == 3)
      test.host.facts.bootID = "boot-2"
      #expect(await AcceleratorChooser(host: test.host).choose(for: config).accelerator == .tcg)
      // The new verdict is kept in its turn.
      let before = runner.commands.all.count
      #expect(await AcceleratorChooser(host: test.host).choose(for: config).accelerator == .tcg)
      #expect(runner.commands.all.count == before + 1)
    }
  }
}

@Suite("decisions about the answers")
struct AnswerPlannerTests {
  @Test("mirrors chosen for the build are told to the installer")
  func mirrors() async throws {
    try await TestHost.run { test in
      let answers = AnswerPlanner.plan(
        try test.config(),
        mirrors: Mirrors(main: ["http://a/debian", "http://b/debian"], security: "http://s/security"),
        folder: "answers")
      #expect(answers.answers.archive.mirror == "http://a/debian")
      #expect(answers.answers.archive.securityMirror == "http://s/security")
      #expect(answers.format == "preseed" && answers.ownFile == nil)
    }
  }

  @Test("one's own file says by its setting which format it is, and its name is the first of the injected")
  func own() async throws {
    try await TestHost.run { test in
      let answers = AnswerPlanner.plan(
        try test.config {
          $0.answerFile.format = "kickstart"
          $0.answerFile.own = ["preseed": "/srv/mine.cfg"]
        }, mirrors: Mirrors(main: [], security: nil), folder: "answers")
      #expect(answers.format == "preseed" && answers.ownFile == "/srv/mine.cfg")
      let request = Rendering.request(answers, pinnedSuite: nil, proxy: nil, cleaning: Cleaning())
      #expect(try AnswerPlanner.fileNames(answers, request: request).first == "mine.cfg")
    }
  }

  @Test("the pinned suite's key is injected beside the answers")
  func key() async throws {
    try await TestHost.run { test in
      let answers = AnswerPlanner.plan(
        try test.config(), mirrors: Mirrors(main: ["http://a/debian"], security: nil), folder: "answers")
      let suite = PinnedSuitePlan(name: "trixie-pinned", index: "i", indexSHA256: "", publicKey: "k")
      let request = Rendering.request(
        answers, pinnedSuite: suite, proxy: "http://10.0.2.2:1/", cleaning: Cleaning())
      let names = try AnswerPlanner.fileNames(answers, request: request)
      #expect(names.first == "preseed.cfg" && names.last == "pin.gpg")
    }
  }

  @Test("a format that nobody knows is an error that names those known")
  func unknown() async {
    let error = await factoryError { _ = try Rendering.format("autoyast2000") }
    #expect(error?.message == "unknown answer-file format 'autoyast2000'")
    #expect(error?.hint == "known: \(AnswerFiles.names.joined(separator: ", "))")
    #expect(AnswerFiles.names.contains("preseed"))
  }
}
