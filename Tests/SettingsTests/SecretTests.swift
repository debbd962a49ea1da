import Model
import Settings
import Testing

@Suite("Secrets stay secret")
struct SecretTests {
  private static let hash = "$6$saltsalt$MARKERMARKERMARKER"

  private func load(_ more: String = "") throws -> LoadedConfig {
    try ScratchFolder().load(
      """
      [DEFAULT]
      root_password_hash = \(Self.hash)
      [a]
      linux = /l
      initrd = /i
      preseed = /p
      users = u
      description = ${copy}
      copy = x $${} ${root_password_hash2}
      root_password_hash2 = y
      \(more)
      [user:u]
      password-hash = \(Self.hash)
      """)
  }

  @Test("a hash is used, and no output shows it")
  func hidden() throws {
    let loaded = try load()
    let config = try #require(loaded.config(for: "a").config)
    #expect(config.answers.root == .passwordHash(Secret(Self.hash)))
    #expect(config.answers.users.first?.passwordHash == Secret(Self.hash))
    let shown =
      "\(loaded.mergedText()) \(loaded.resolved(for: "a")) \(loaded.resolved(for: "user:u")) \(loaded.resolvedSections()) "
      + "\(config) \(loaded.allFindings(of: ["a"])) \(loaded.environment(for: "a"))"
    #expect(!shown.contains("MARKER"))
    #expect(loaded.mergedText().contains("root_password_hash = ******\n"))
    #expect(loaded.resolved(for: "a").values.first { $0.key == "root_password_hash" }?.isMasked == true)
  }

  @Test("a value that contains a hash by reference is masked too, and so is a finding about it")
  func tainted() throws {
    let loaded = try ScratchFolder().load(
      "[a]\nlinux=/l\ninitrd=/i\npreseed=/p\nroot-password-hash = $$6$$salt$$MARKERMARKER\ncores = ${root-password-hash}\n"
    )
    let findings = loaded.allFindings(of: ["a"])
    #expect(findings.map(\.line) == ["test.conf:6: error: 'cores' of [a] is '******', expected another value"])
    #expect(loaded.resolved(for: "a").values.first { $0.key == "cores" }?.text == "******")
  }

  @Test("a hook gets a secret when it is asked for by name, and only then")
  func hooks() throws {
    #expect(try load().environment(for: "a")["IMAGE_FACTORY_A_ROOT_PASSWORD_HASH"] == nil)
    #expect(
      try load("hook-secrets = root_password_hash").environment(for: "a")["IMAGE_FACTORY_A_ROOT_PASSWORD_HASH"]
        == Self.hash)
    #expect(
      try load().environment(for: "a", privateNames: ["user:u:password-hash"])["IMAGE_FACTORY_USER_U_PASSWORD_HASH"]
        == Self.hash)
  }

  @Test("locked is the default, and any word for it is understood", arguments: ["*", "!", "locked", ""])
  func locked(word: String) throws {
    let loaded = try ScratchFolder().load("[a]\nlinux=/l\ninitrd=/i\npreseed=/p\nroot-password-hash = \(word)\n")
    #expect(loaded.config(for: "a").config?.answers.root == .locked)
  }
}
