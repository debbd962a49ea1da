import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

/// Finds one file by the helper's name, and nothing else.
private struct OnPath: HostSystem.CommandRunner {
  let file: FilePath

  func run(_ command: Command, onLine: (@Sendable (OutputLine) -> Void)?) async throws -> CommandResult {
    CommandResult(ending: .exited(1))
  }

  func locate(_ tool: String) -> FilePath? { tool == SudoHelper.name ? file : nil }
}

@Suite("the sudo helper's place")
struct SudoHelperPathTests {
  @Test("a script of its name, as the Python tool has one, is no helper: no line for sudoers names it")
  func script() async throws {
    try await TestHost.run { test in
      var host = test.host
      let file = try test.write("bin/image-factory-sudo-helper", "#!/bin/bash\nexec \"$@\"\n", mode: 0o755)
      host.runner = OnPath(file: file)
      let helper = SudoHelper(host: host)
      #expect(helper.path == nil)
      let found = await helper.findings(purpose: "clean it")
      #expect(
        found.map(\.message) == [
          "cannot find 'image-factory-sudo-helper', required to clean it "
            + "('\(file)' is a script: the Python tool's helper, which is not used)"
        ])
      #expect(found.first?.status == .hostNotReady)
      #expect(found.first?.hint == "install it beside 'image-factory' or on the PATH: 'make install' does")
    }
  }

  @Test("a program of its name on the PATH is the one that sudoers has to name")
  func program() async throws {
    try await TestHost.run { test in
      var host = test.host
      let file = try test.write("bin/image-factory-sudo-helper", [0x7F] + Array("ELF".utf8))
      host.runner = OnPath(file: file)
      #expect(SudoHelper(host: host).path == file)
      let found = await SudoHelper(host: host).findings(purpose: "clean it")
      #expect(found.first?.hint?.contains("'tester ALL = NOPASSWD: \(file)'") == true)
    }
  }
}
