import Foundation
import SystemPackage
import Testing

@testable import MiniatureGuest

@Suite("the miniature's scripts") struct ScriptTests {
  static let scripts = ["init": GuestScript.text, "stub": GuestTarget.stub]

  @Test(
    "every shell at hand finds their syntax right", arguments: [["sh", "-n"], ["dash", "-n"], ["busybox", "ash", "-n"]],
    Array(scripts.keys))
  func syntax(shell: [String], name: String) throws {
    guard TestHost.tool(shell[0]) != nil, let script = Self.scripts[name] else { return }
    try TestHost.withFolder { folder in
      let path = folder.appending(name).string
      try script.write(toFile: path, atomically: true, encoding: .utf8)
      let result = try TestHost.run(shell + [path])
      #expect(result.status == 0, "\(result.errors)")
    }
  }

  @Test("shellcheck finds nothing", .enabled(if: TestHost.tool("shellcheck") != nil, "needs shellcheck"), arguments: scripts.keys)
  func shellcheck(name: String) throws {
    try TestHost.withFolder { folder in
      let path = folder.appending(name).string
      try #require(Self.scripts[name]).write(toFile: path, atomically: true, encoding: .utf8)
      let result = try TestHost.run(["shellcheck", "-s", "dash", path])
      #expect(result.status == 0, "\(result.output)")
    }
  }

  /// Runs a part of the script on the host, its notes in a folder of the test's own.
  private func shell(_ lines: String, answers: String, _ shell: [String]) throws -> TestHost.Result {
    try TestHost.withFolder { folder in
      try answers.write(toFile: folder.appending("answers.cfg").string, atomically: true, encoding: .utf8)
      let script = """
        run=\(folder)
        log() { :; }
        ask() { echo "asked $1"; exit 1; }
        \(GuestAnswers.text)
        \(lines)
        """
      return try TestHost.run(shell + ["-c", script], in: folder)
    }
  }

  static let shells = [["sh"], ["busybox", "ash"]].filter { TestHost.tool($0[0]) != nil }

  @Test("answers are read as the installer reads them, and never as shell", arguments: shells)
  func readsAnswers(shell: [String]) throws {
    let answers = #"""
      # d-i a/comment string no
      d-i one/plain string  a value with  blanks
      	d-i one/quoted string it's $HOME `id` "x" \x
      d-i one/long string first \
        second
      d-i one/empty string
      d-i one/seen seen true
      d-i one/newline string printf 'A\nB'
      broken line

      """#
    let print = #"printf '%s|' "$q_one_plain" "$q_one_quoted" "$q_one_long" "$q_one_empty" "${q_one_seen-unset}" "$q_one_newline""#
    let injected = try self.shell("read_answers answers.cfg 1\n" + print, answers: answers, shell)
    #expect(
      injected.output == #"a value with  blanks|it's $HOME `id` "x" \x|first   second||unset|printf 'A|"#, "\(injected.errors)")
    let byURL = try self.shell("read_answers answers.cfg ''\n" + print, answers: answers, shell)
    #expect(byURL.output.hasSuffix(#"|printf 'A\nB'|"#), "by URL a backslash-n stays as it is")
  }

  @Test("a command of the answer file that fails is asked about", arguments: shells) func commandFails(shell: [String]) throws {
    #expect(try self.shell("preseed_command preseed/late_command 'exit 3'", answers: "", shell).output == "asked preseed/command_failed\n")
    #expect(try self.shell("preseed_command preseed/late_command true; echo on", answers: "", shell).output == "on\n")
    #expect(try self.shell("preseed_command preseed/late_command ''; echo on", answers: "", shell).output == "on\n")
  }

  @Test("a background process that keeps descriptor 3 holds up the early command, as in the real installer", arguments: shells)
  func descriptorThree(shell: [String]) throws {
    func seconds(_ command: String) throws -> Double {
      let start = ContinuousClock.now
      _ = try self.shell("preseed_command preseed/early_command '\(command)'", answers: "", shell)
      return (ContinuousClock.now - start) / .seconds(1)
    }
    #expect(try seconds("sleep 3 </dev/null >/dev/null 2>&1 &") > 2.5)
    #expect(try seconds("sleep 3 </dev/null >/dev/null 2>&1 3>&- &") < 2.5)
  }

  @Test("the stub writes down what it is called for, and succeeds") func stub() throws {
    #expect(Set(GuestTarget.stubs).isSuperset(of: ["in-target", "apt-install", "logger", "log-output"]))
  }

  @Test("the boot sector leaves room for the partition table") func bootSector() {
    #expect(BootSector.code.count == 440)
    #expect(BootSector.code[0x22...].starts(with: Array("\r\nminiature boot sector".utf8)))
  }

  @Test("every behaviour is a word of the kernel line and known to the script", arguments: MiniatureBehaviour.allCases)
  func behaviours(behaviour: MiniatureBehaviour) {
    #expect(behaviour.kernelArguments() == ["miniature=\(behaviour.rawValue)"])
    #expect(behaviour.kernelArguments(fetch: "auto").last == "miniature/fetch=auto")
    #expect(GuestScript.text.contains(behaviour.rawValue))
  }
}
