import Model
import Settings
import SystemPackage
import Testing

@Suite("Passwords by hash, file, command or clear text")
struct PasswordSettingTests {
  private func load(_ image: String, user: String = "", defaults: String = "") throws -> LoadedConfig {
    try ScratchFolder().load(
      """
      [DEFAULT]
      \(defaults)
      [a]
      linux = /l
      initrd = /i
      preseed = /p
      users = u
      \(image)
      [user:u]
      \(user)
      """)
  }

  private func findings(_ loaded: LoadedConfig) -> [Finding] {
    loaded.allFindings(of: ["a"]).filter { $0.message.contains("password") }
  }

  @Test("each way is a source with its place; nothing is read or run")
  func ways() throws {
    let loaded = try load(
      "root-password-command = pass show 'my root'", user: "password-file = ~/pw\n")
    let answers = try #require(loaded.config(for: "a").config).answers
    #expect(answers.root == .locked && answers.rootPassword?.kind == .command(["pass", "show", "my root"]))
    #expect(answers.rootPassword?.location?.line == 8)
    guard case .file(let path)? = answers.users.first?.password?.kind else { return #expect(Bool(false)) }
    #expect(path.string.hasSuffix("/home/pw"))
    #expect(answers.users.first?.password?.location?.line == 10)
    #expect(findings(loaded).isEmpty)
  }

  @Test("clear text is a warning with its line, and is shown nowhere")
  func clearText() throws {
    let loaded = try load("root-password = MARKER1 x", user: "password = MARKER2")
    let config = try #require(loaded.config(for: "a").config)
    #expect(config.answers.rootPassword?.kind == .clearText(Secret("MARKER1 x")))
    #expect(config.answers.users.first?.password?.kind == .clearText(Secret("MARKER2")))
    let found = findings(loaded)
    #expect(found.map(\.severity) == [.warning, .warning] && Set(found.map { $0.location?.line }) == [8, 10])
    #expect(found.allSatisfy { $0.hint?.contains("-hash'") == true && $0.hint?.contains("-file'") == true })
    let shown =
      "\(loaded.mergedText()) \(loaded.resolved(for: "a")) \(loaded.resolved(for: "user:u")) \(loaded.resolvedSections()) "
      + "\(config) \(loaded.allFindings(of: ["a"])) \(loaded.environment(for: "a"))"
    #expect(!shown.contains("MARKER"))
  }

  @Test("a password given twice is an error that names both lines")
  func twice() throws {
    let loaded = try load(
      "root-password-file = /x\nroot-password-hash = $6$saltsalt$0123456789",
      user: "password = MARKER\npassword-command = pw")
    let found = findings(loaded).filter { $0.severity == .error }
    #expect(found.count == 2)
    let root = try #require(found.first { $0.message.contains("root-password") })
    #expect(root.message.contains("'root-password-hash'") && root.message.contains("test.conf:9"))
    #expect(root.message.contains("'root-password-file'") && root.message.contains("test.conf:8"))
    let user = try #require(found.first { $0.message.contains("[user:u]") })
    #expect(user.message.contains("test.conf:11") && user.message.contains("test.conf:12"))
    #expect(found.allSatisfy { !$0.message.contains("MARKER") })
  }

  @Test("an empty value takes an inherited one back")
  func takenBack() throws {
    let loaded = try load(
      "root-password-hash =\nroot-password-file = /x", defaults: "root-password-hash = $6$saltsalt$0123456789")
    #expect(findings(loaded).isEmpty)
    #expect(loaded.config(for: "a").config?.answers.rootPassword?.kind == .file("/x"))
  }

  @Test("a hash in the place of a password is refused and not shown")
  func hashAsPassword() throws {
    let found = findings(try load("root-password = $6$saltsalt$MARKERMARKER"))
    #expect(found.contains { $0.severity == .error && $0.message.contains("'-hash'") })
    #expect(found.allSatisfy { !$0.message.contains("MARKER") })
  }

  @Test("Debian's images hash as Debian does; sha512 is what every release understands")
  func hashing() throws {
    #expect(try load("").config(for: "a").config?.passwordHashing == .sha512)
    #expect(try load("password-hashing = yescrypt").config(for: "a").config?.passwordHashing == .yescrypt)
    #expect(findings(try load("password-hashing = md5")).count == 1)
  }
}
