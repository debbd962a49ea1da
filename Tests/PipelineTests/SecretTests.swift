import Foundation
import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("secrets")
struct SecretTests {
  private func config(_ test: TestHost) throws -> ImageConfig {
    try test.config {
      $0.answers.root = .passwordHash(Secret(TestHost.marker))
      var ada = UserAccount(name: "ada")
      ada.passwordHash = Secret(TestHost.marker + "2")
      $0.answers.users = [ada]
      $0.source.depot = false
    }
  }

  @Test("a password hash is in the answer file and nowhere else: plan, words, report, events, logs, history")
  func marker() async throws {
    try await TestHost.run(runner: RecordingRunner()) { test in
      let result = await Planner(host: test.host, shippedFolder: nil).plan(try config(test), hookEnvironment: [:])
      var plan = try #require(result.plan, "\(result.findings)")
      try Folder.create(plan.workFolder)
      try AtomicFile.write("an initrd", to: plan.machine.initrd)
      // What a guest may print: the question with its answer.
      try AtomicFile.write("Setting root-password to \(TestHost.marker)\n", to: plan.machine.installerLog)
      try AtomicFile.write("user: \(TestHost.marker)2\n", to: plan.machine.consoleLog)
      plan.notes.append("a note")
      let saved = plan
      let report = try await test.build(
        plan,
        [
          RenderStage(),
          Scripted<One> { _ in
            try InstallerLogs.keepSerial(saved)
            return StageOutcome()
          },
        ])
      #expect(report.status == .done)
      #expect(try test.text(plan.machine.initrd).contains(TestHost.marker))
      #expect(plan.machine.initrd.mode == 0o600 && plan.answers.folder.mode == 0o700)
      try Folder.remove(plan.answers.folder)
      try Folder.remove(plan.machine.initrd)
      try AtomicFile.write("", to: plan.machine.installerLog)
      try AtomicFile.write("", to: plan.machine.consoleLog)

      let encoder = JSONEncoder()
      var texts = [PlanText.text(plan), PlanText.files(plan), "\(plan)", "\(report)"] + ReportText.text(report)
      texts.append(String(decoding: try encoder.encode(plan), as: UTF8.self))
      texts.append(String(decoding: try encoder.encode(report), as: UTF8.self))
      texts.append(String(decoding: try encoder.encode(test.events.all), as: UTF8.self))
      texts += plan.machine.kernelArguments
      for text in texts { #expect(!text.contains("MARKER"), "\(text)") }
      // Everything that is on the disk now: the build's log, the saved logs, the history.
      let files = FileManager.default.subpaths(atPath: test.folder.string) ?? []
      #expect(files.contains { $0.hasSuffix("installer-logs/syslog") } && files.contains { $0.hasSuffix("good.json") })
      for file in files {
        let bytes = FileManager.default.contents(atPath: test.folder.pushing(FilePath(file)).string) ?? Data()
        #expect(bytes.range(of: Data("MARKER".utf8)) == nil, "\(file)")
      }
    }
  }

  @Test("an encoded plan has the mask where the secret is, and reads back")
  func mask() async throws {
    try await TestHost.run(runner: RecordingRunner()) { test in
      let result = await Planner(host: test.host, shippedFolder: nil).plan(try config(test), hookEnvironment: [:])
      let plan = try #require(result.plan)
      let data = try JSONEncoder().encode(plan)
      #expect(String(decoding: data, as: UTF8.self).contains(Secret.mask))
      let read = try JSONDecoder().decode(BuildPlan.self, from: data)
      #expect(read.machine == plan.machine && read.stages == plan.stages)
    }
  }

  @Test("'render' shows the mask, and the hash only to who asks for it")
  func preview() async throws {
    try await TestHost.run { test in
      let config = try config(test)
      let shown = try Rendering.preview(config, host: test.host, secrets: false)
      #expect(shown.first?.name == "preseed.cfg")
      #expect(shown.allSatisfy { !$0.text.contains("MARKER") })
      #expect(shown.contains { $0.text.contains(Secret.mask) })
      #expect(try Rendering.preview(config, host: test.host, secrets: true).contains { $0.text.contains("MARKER") })
    }
  }
}
