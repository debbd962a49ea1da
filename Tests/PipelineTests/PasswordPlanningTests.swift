import Foundation
import HostSystem
import Model
import SystemPackage
import Testing

@testable import Pipeline

@Suite("passwords of a plan")
struct PasswordPlanningTests {
  private func hash(_ answers: InstallAnswers) -> Secret? {
    guard case .passwordHash(let hash) = answers.root else { return nil }
    return hash
  }

  private func resolve(
    _ test: TestHost, _ kind: PasswordSource.Kind, _ use: Passwords.Use = .hash
  ) async throws -> (config: ImageConfig, findings: [Finding]) {
    let place = SourceLocation(file: "my.conf", line: 7)
    let config = try test.config { $0.answers.rootPassword = PasswordSource(kind, at: place) }
    return await Passwords(host: test.host).resolved(config, use)
  }

  @Test("file, command and clear text become hashes of the kind that the release understands")
  func hashed() async throws {
    try await TestHost.run { test in
      let file = try test.write("pw", "MARKER one\n", mode: 0o600)
      let config = try test.config {
        $0.passwordHashing = .yescrypt
        $0.answers.rootPassword = PasswordSource(.file(file))
        var ada = UserAccount(name: "ada"), bob = UserAccount(name: "bob"), eve = UserAccount(name: "eve")
        ada.password = PasswordSource(.command(["printf", "%s\\nrest\\n", "MARKER two"]))
        bob.password = PasswordSource(.clearText(Secret("MARKER three")))
        eve.sshKeys = ["ssh-ed25519 AAAA eve"]
        $0.answers.users = [ada, bob, eve]
      }
      let (resolved, findings) = await Passwords(host: test.host).resolved(config, .hash)
      #expect(findings == [])
      let answers = resolved.answers
      let hashes = [hash(answers)] + answers.users.map(\.passwordHash)
      for (hash, password) in zip(hashes, ["MARKER one", "MARKER two", "MARKER three"]) {
        #expect(PasswordHash.matches(Secret(password), try #require(hash)))
        #expect(hash?.reveal().hasPrefix("$y$") == true)
      }
      #expect(hashes[3] == nil && answers.rootPassword == nil && answers.users.allSatisfy { $0.password == nil })
    }
  }

  @Test("without being asked for the hash no command is run, and a missing tool is found all the same")
  func standIn() async throws {
    try await TestHost.run { test in
      let trace = test.folder.appending("ran")
      let (config, findings) = try await resolve(test, .command(["touch", trace.string]), .standIn)
      #expect(findings == [] && hash(config.answers) == Passwords.standIn && !trace.exists)
      let missing = try await resolve(test, .command(["no-such-tool-at-all"]), .standIn).findings
      #expect(missing.first?.message.contains("'no-such-tool-at-all'") == true && missing.first?.location?.line == 7)
      let open = try test.write("open", "MARKER", mode: 0o644)
      let refused = try await resolve(test, .file(open), .standIn).findings
      #expect(refused.first?.hint == "chmod 600 \(open)" && refused.first?.location?.line == 7)
    }
  }

  @Test("a failing command is a config error with the end of what it said, its output masked")
  func failing() async throws {
    try await TestHost.run { test in
      let script = try test.write(
        "pw.sh", "#!/bin/sh\necho MARKER\necho 'the vault is sealed' >&2\necho it was MARKER >&2\nexit 3\n", mode: 0o755
      )
      let (config, findings) = try await resolve(test, .command([script.string]))
      let finding = try #require(findings.first)
      #expect(finding.status == .configInvalid && finding.location?.line == 7 && config.answers.root == .locked)
      #expect(finding.message.contains("cannot get the password of 'root'") && finding.message.contains("status 3"))
      #expect(finding.message.contains("the vault is sealed | it was ******"))
      #expect(!finding.message.contains("MARKER"))
      let empty = try await resolve(test, .command(["true"])).findings
      #expect(empty.first?.message.contains("the password is empty") == true)
      let noShell = try await resolve(test, .command(["printf", "%s", "$(id)"])).config
      #expect(PasswordHash.matches(Secret("$(id)"), try #require(hash(noShell.answers))))
    }
  }

  @Test("the plan has the hash; neither it nor the password is in any output")
  func secret() async throws {
    try await TestHost.run { test in
      let config = try test.config {
        $0.answers.rootPassword = PasswordSource(.command(["printf", "MARKER%s", "-password"]))
        var ada = UserAccount(name: "ada")
        ada.password = PasswordSource(.clearText(Secret("MARKER-clear")))
        $0.answers.users = [ada]
        $0.source.depot = false
      }
      let result = await Planner(host: test.host, shippedFolder: nil).plan(config, hookEnvironment: [:])
      let plan = try #require(result.plan, "\(result.findings)")
      let made = try #require(hash(plan.answers.answers)).reveal()
      #expect(PasswordHash.matches(Secret("MARKER-password"), Secret(made)))
      var texts = [PlanText.text(plan), PlanText.files(plan), "\(plan)", "\(config)", "\(result.findings)"]
      texts.append(String(decoding: try JSONEncoder().encode(plan), as: UTF8.self))
      texts.append(String(decoding: try JSONEncoder().encode(config), as: UTF8.self))
      texts += plan.machine.kernelArguments
      texts += try Rendering.preview(config, host: test.host, secrets: false).map(\.text)
      for text in texts { #expect(!text.contains("MARKER-") && !text.contains(made), "\(text)") }
      #expect(
        try Rendering.preview(config, host: test.host, secrets: false).contains { $0.text.contains("root:******") })
    }
  }

  @Test("an image that nobody can log in to is a warning that says how to get in")
  func nobody() async throws {
    try await TestHost.run { test in
      let bare = try #require(LoginCheck.findings(of: try test.config()).first)
      #expect(bare.severity == .warning && bare.message.contains("nobody can log in to 'golden'"))
      #expect(bare.hint?.contains("'users = NAME'") == true && bare.hint?.contains("'root-password-file'") == true)
      let user = LoginCheck.findings(of: try test.config { $0.answers.users = [UserAccount(name: "ada")] })
      #expect(user.first?.hint == "set 'ssh-keys' or 'password-file' in [user:ada]")
      var ada = UserAccount(name: "ada")
      ada.sshKeys = ["ssh-ed25519 AAAA ada"]
      let key = ada
      let changes: [(inout ImageConfig) -> Void] = [
        { $0.answers.root = .passwordHash(Secret(TestHost.marker)) },
        { $0.answers.rootPassword = PasswordSource(.file("/x")) }, { $0.answers.users = [key] },
        { $0.answers.packages = ["cloud-init"] }, { $0.answerFile.own = ["preseed": "/x"] },
        { $0.answers.scripts = [InstallScript(.after, source: "/x")] },
      ]
      for change in changes {
        var config = try test.config()
        change(&config)
        #expect(LoginCheck.findings(of: config) == [])
      }
    }
  }

  @Test("words for the kernel line that lower the priority are a warning at their place")
  func priority() async throws {
    try await TestHost.run { test in
      let config = try test.config {
        $0.answerFile.append = ["priority=low"]
        $0.origins["append"] = SourceLocation(file: "my.conf", line: 9)
        $0.source.depot = false
      }
      let result = await Planner(host: test.host, shippedFolder: nil).plan(config, hookEnvironment: [:])
      #expect(result.findings.contains { $0.message.contains("'priority=low'") && $0.location?.line == 9 })
    }
  }
}
