import Foundation
import SystemPackage
import Testing

@testable import MiniatureGuest

@Suite("the miniature's scripts") struct ScriptTests {
  static let scripts = ["init": GuestScript.text, "stub": GuestTarget.stub]

  @Test(
    "every shell at hand finds their syntax right",
    arguments: [["sh", "-n"], ["dash", "-n"], ["busybox", "ash", "-n"]],
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

  @Test(
    "shellcheck finds nothing", .enabled(if: TestHost.tool("shellcheck") != nil, "needs shellcheck"),
    arguments: scripts.keys)
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
    let show =
      #"printf '%s|' "$q_one_plain" "$q_one_quoted" "$q_one_long" "$q_one_empty" "${q_one_seen-unset}" "$q_one_newline""#
    let injected = try self.shell("read_answers answers.cfg 1\n" + show, answers: answers, shell)
    #expect(
      injected.output == #"a value with  blanks|it's $HOME `id` "x" \x|first   second||unset|printf 'A|"#,
      "\(injected.errors)")
    let byURL = try self.shell("read_answers answers.cfg ''\n" + show, answers: answers, shell)
    #expect(byURL.output.hasSuffix(#"|printf 'A\nB'|"#), "by URL a backslash-n stays as it is")
  }

  @Test("a command of the answer file that fails is asked about", arguments: shells) func commandFails(shell: [String])
    throws
  {
    #expect(
      try self.shell("preseed_command preseed/late_command 'exit 3'", answers: "", shell).output
        == "asked preseed/command_failed\n")
    #expect(try self.shell("preseed_command preseed/late_command true; echo on", answers: "", shell).output == "on\n")
    #expect(try self.shell("preseed_command preseed/late_command ''; echo on", answers: "", shell).output == "on\n")
  }

  @Test(
    "a background process that keeps descriptor 3 holds up the early command, as in the real installer",
    arguments: shells)
  func descriptorThree(shell: [String]) throws {
    // Measured by the shell: whoever waits for it may wait for the background process too.
    func seconds(_ command: String) throws -> Int {
      let lines =
        "before=$(date +%s)\npreseed_command preseed/early_command '\(command)'\necho $(($(date +%s) - before))"
      return Int(try self.shell(lines, answers: "", shell).output.split(separator: "\n").last ?? "") ?? -1
    }
    #expect(try seconds("sleep 4 </dev/null >/dev/null 2>&1 &") >= 3)
    #expect((0..<3).contains(try seconds("sleep 4 </dev/null >/dev/null 2>&1 3>&- &")))
  }

  @Test("the stubs write down what they are called for, in the image too, and succeed") func stub() throws {
    try TestHost.withFolder { folder in
      for path in ["log", "target/var/log/installer"] {
        try FileManager.default.createDirectory(
          atPath: folder.appending(path).string, withIntermediateDirectories: true)
      }
      let script = GuestTarget.stub.replacing("/var/log/syslog", by: "\(folder)/log/syslog")
        .replacing("/target", by: "\(folder)/target")
      for name in GuestTarget.stubs {
        try script.write(toFile: folder.appending(name).string, atomically: true, encoding: .utf8)
      }
      func call(_ words: String...) throws {
        #expect(try TestHost.run(["/bin/sh", "\(folder)/\(words[0])"] + words.dropFirst()).status == 0)
      }
      try call("in-target", "systemctl", "enable", "a b")
      try call("logger", "-t", "late", "hello")
      try call("log-output", "-t", "late", "echo", "printed")
      #expect(TestHost.text("\(folder)/target/var/log/installer/commands") == "in-target systemctl enable a b\n")
      let log = TestHost.text("\(folder)/log/syslog")
      #expect(
        log.contains(" late: hello\n") && log.contains("\nprinted\n")
          && log.contains(" in-target: systemctl enable a b\n"))
    }
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
