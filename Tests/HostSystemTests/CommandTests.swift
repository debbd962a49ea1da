import Glibc
import HostSystem
import Model
import SystemPackage
import Testing

@Suite("running commands")
struct CommandTests {
  let runner = SubprocessRunner(grace: .milliseconds(300))

  @Test("output, lines of both streams and the status come back")
  func everythingComesBack() async throws {
    let lines = Collected<OutputLine>()
    let result = try await runner.run(script("echo one; echo two >&2; printf three; exit 3")) { lines.add($0) }
    #expect(result.ending == .exited(3))
    #expect(!result.succeeded)
    #expect(result.standardOutput == "one\nthree")
    #expect(Set(lines.all) == [OutputLine(.output, "one"), OutputLine(.error, "two"), OutputLine(.output, "three")])
    #expect(result.lastLines.sorted() == ["one", "three", "two"])
  }

  @Test("a missing tool is an error that names the Debian package")
  func missingTool() async throws {
    let command = Command("virt-install-not-here", purpose: "install 'debian-13'")
    let error = await factoryError { _ = try await runner.run(command) }
    #expect(error?.status == .hostNotReady)
    #expect(error?.message == "cannot find 'virt-install-not-here', required to install 'debian-13'")
    #expect(ToolCatalogue.hint(for: "qemu-img") == "install the package 'qemu-utils'")
    #expect(ToolCatalogue.hint(for: "rsync") == "install the package 'rsync'")
    #expect(ToolCatalogue.hint(for: "/opt/tool") == nil)
    #expect(runner.locate("no-such-tool") == nil)
    #expect(runner.locate("/etc/passwd") == nil)
  }

  @Test("a failure shows purpose, status, command line, last lines and log")
  func failureShowsAll() async throws {
    let error = await factoryError {
      try await runner.succeed(
        script("for i in $(seq 30); do echo line $i; done; exit 7"), failing: .processingFailed, hint: "look",
        logPath: "/tmp/full.log")
    }
    #expect(error?.message == "cannot run a script: 'sh' exited with status 7")
    #expect(error?.status == .processingFailed)
    #expect(error?.hint == "look")
    #expect(error?.details.first?.hasPrefix("command: sh -c ") == true)
    #expect(error?.details.dropFirst().first == "line 11")
    #expect(error?.details.suffix(2) == ["line 30", "full log: /tmp/full.log"])
  }

  @Test("a signal is named")
  func signalIsNamed() async throws {
    let error = await factoryError { try await runner.succeed(script("kill -KILL $$"), failing: .processingFailed) }
    #expect(error?.message == "cannot run a script: 'sh' was ended by SIGKILL")
  }

  @Test("secrets are masked in lines, errors and the command line, also when the child repeats them")
  func secretsAreMasked() async throws {
    let marker = "mark3r-Passw0rd"
    let lines = Collected<OutputLine>()
    let command = script("echo \"got $1\"; echo \"$1\" >&2; exit 1", .secret(Secret(marker)))
    let error = await factoryError {
      try await runner.succeed(command, failing: .processingFailed) { lines.add($0) }
    }
    #expect(error?.everything.contains(marker) == false)
    #expect(error?.details.contains("got ******") == true)
    #expect(lines.all.count == 2)
    #expect(!lines.all.contains { $0.text.contains(marker) })
  }

  @Test("a secret cut by the limit on lines does not show its first part")
  func cutSecret() async throws {
    let command = script("head -c 16380 /dev/zero | tr '\\0' x; echo \"$1\"", .secret(Secret("topsecret")))
    let result = try await runner.run(command)
    #expect(result.lastLines.first?.contains("tops") == false)
    #expect(result.lastLines.first?.hasSuffix("[…] (5 bytes more)") == true)
  }

  @Test("a process that ignores SIGTERM is killed at its time limit, its grandchild with it")
  func stubbornProcess() async throws {
    try await inScratch { folder in
      let note = folder.appending("grandchild")
      let command = script(
        "trap '' TERM; sh -c 'trap \"\" TERM; echo $$ > \"$0\"; while :; do sleep 0.1; done' \"$1\" & while :; do sleep 0.1; done",
        .plain(note.string), timeLimit: .seconds(2))
      let error = await factoryError { try await runner.succeed(command, failing: .installationFailed) }
      #expect(error?.message == "cannot run a script: 'sh' took longer than 2.0 s")
      let process = try #require(Int32(try text(note).trimmingBlanks))
      #expect(try await eventually { !isAlive(process) })
    }
  }

  @Test("a grandchild that ignores SIGTERM is killed when its parent obeys")
  func obedientLeader() async throws {
    try await inScratch { folder in
      let note = folder.appending("grandchild")
      let command = script(
        "sh -c 'trap \"\" TERM; echo $$ > \"$0\"; while :; do sleep 0.1; done' \"$1\" & wait", .plain(note.string),
        timeLimit: .seconds(2))
      let result = try await runner.run(command)
      #expect(result.ending == .timedOut(.seconds(2)))
      let process = try #require(Int32(try text(note).trimmingBlanks))
      #expect(try await eventually { !isAlive(process) })
    }
  }

  @Test("cancelling the task ends the child and throws CancellationError")
  func cancellation() async throws {
    try await inScratch { folder in
      let note = folder.appending("child")
      let task = Task { try await runner.run(script("echo $$ > \"$1\"; exec sleep 60", .plain(note.string))) }
      #expect(try await eventually { (try? text(note).hasSuffix("\n")) == true })
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      let process = try #require(Int32(try text(note).trimmingBlanks))
      #expect(!isAlive(process))
    }
  }

  @Test("the time limit holds for a child that closed its outputs")
  func closedOutputs() async throws {
    let result = try await runner.run(script("exec >&- 2>&-; exec sleep 60", timeLimit: .milliseconds(300)))
    #expect(result.ending == .timedOut(.milliseconds(300)))
    #expect(result.duration < .seconds(30))
  }

  @Test("a grandchild that keeps the pipes open does not keep us waiting")
  func openPipes() async throws {
    try await inScratch { folder in
      let note = folder.appending("grandchild")
      let result = try await runner.run(
        script(
          "setsid sh -c 'echo $$ > \"$0\"; exec sleep 60' \"$1\" & while [ ! -s \"$1\" ]; do sleep 0.01; done; echo first",
          .plain(note.string)))
      #expect(result.succeeded)
      #expect(result.standardOutput == "first\n")
      #expect(result.duration < .seconds(30))
      let process = try #require(Int32(try text(note).trimmingBlanks))
      kill(process, SIGKILL)
    }
  }

  @Test("the environment is built: nothing of ours passes but what is listed")
  func environmentIsBuilt() async throws {
    let ours = ["PATH": ".:/opt/x:/usr/bin:/bin", "SECRET_TOKEN": "x", "http_proxy": "http://proxy:3128", "HOME": "/h"]
    let result = try await SubprocessRunner(environment: ours).run(
      Command("env", environment: ["ADDED": "yes"], purpose: "look"))
    let lines = Set(result.standardOutput.split(separator: "\n").map(String.init))
    #expect(!lines.contains { $0.hasPrefix("SECRET_TOKEN") })
    #expect(lines.isSuperset(of: ["ADDED=yes", "http_proxy=http://proxy:3128", "HOME=/h", "LANG=C.UTF-8"]))
    #expect(lines.contains("PATH=/opt/x:/usr/bin:/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin"))
  }

  @Test("standard input is empty, no other descriptor is open, no signal is blocked or ignored")
  func cleanStart() async throws {
    let result = try await runner.run(
      script("readlink /proc/self/fd/0; ls /proc/$$/fd | tr '\\n' ' '; echo; grep -E 'SigBlk|SigIgn' /proc/self/status")
    )
    let lines = result.standardOutput.split(whereSeparator: \.isNewline).map(String.init)
    #expect(lines.first == "/dev/null")
    #expect(lines.dropFirst().first?.hasPrefix("0 1 2 ") == true)
    // Signals 32 and 33 are the C library's own, which it ignores in what it spawns.
    let masks = lines.filter { $0.hasPrefix("Sig") }.compactMap { Int($0.suffix(16), radix: 16) }
    #expect(masks.map { $0 & 0x7FFF_FFFF } == [0, 0])
  }

  @Test("a folder that is not there is named")
  func missingFolder() async throws {
    let command = Command("true", folder: "/no/such/folder", purpose: "do nothing")
    let error = await factoryError { _ = try await runner.run(command) }
    #expect(error?.message == "cannot do nothing: cannot enter the folder '/no/such/folder'")
    #expect(error?.status == .hostNotReady)
  }

  @Test("a million lines pass, memory stays bounded")
  func millionLines() async throws {
    let last = Collected<OutputLine>()
    let result = try await runner.run(script("seq 1000000; seq 3 >&2")) { line in
      if line.text == "1000000" { last.add(line) }
    }
    #expect(result.succeeded)
    #expect(last.all.count == 1)
    #expect(result.standardOutputTruncated)
    #expect(result.standardOutput.utf8.count == CommandResult.keptOutput)
    #expect(result.lastLines.count == CommandResult.keptLines)
  }

  @Test("invalid UTF-8, control characters and all line ends are made harmless")
  func harmlessLines() async throws {
    let lines = Collected<String>()
    let result = try await runner.run(script("printf 'a\\377b\\n\\033[31mred\\r\\n50%%\\r100%%\\r\\n\\nend'")) {
      lines.add($0.text)
    }
    #expect(lines.all == ["a\u{FFFD}b", "\u{FFFD}[31mred", "50%", "100%", "", "end"])
    #expect(result.standardOutput.hasPrefix("a\u{FFFD}b\n\u{1B}[31m"))
  }

  @Test("an endless line is cut and counted, and does not block the child")
  func endlessLine() async throws {
    let result = try await runner.run(script("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo after"))
    #expect(result.lastLines.count == 2)
    #expect(result.lastLines.first?.hasSuffix("x […] (2983616 bytes more)") == true)
    #expect(result.lastLines.last == "after")
  }
}
