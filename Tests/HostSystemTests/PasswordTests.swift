import Foundation
import HostSystem
import Model
import SystemPackage
import Testing

@Suite("passwords and their hashes")
struct PasswordTests {
  private func perl(_ code: String, _ words: [String]) throws -> String? {
    let path = "/usr/bin/perl"
    guard FileManager.default.isExecutableFile(atPath: path) else { return nil }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = ["-e", code] + words
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }

  static let passwords = [
    "a", "correct horse battery staple", "$6$%n\"'\\`", "pässwörd ✓", String(repeating: "x", count: 511), " blank ",
  ]

  @Test("a hash is of the kind asked for, has its own salt, and is of this password only", arguments: passwords)
  func made(password: String) throws {
    for (method, start) in [(PasswordHashing.sha512, "$6$"), (.yescrypt, "$y$")] {
      let hash = try PasswordHash.make(Secret(password), method: method, purpose: "test")
      #expect(hash.reveal().hasPrefix(start) && "\(hash)" == Secret.mask)
      #expect(PasswordHash.matches(Secret(password), hash) && !PasswordHash.matches(Secret(password + "."), hash))
      #expect(try PasswordHash.make(Secret(password), method: method, purpose: "test") != hash)
      // Another program's call of crypt(3).
      if let theirs = try perl("print crypt($ARGV[0], $ARGV[1])", [password, hash.reveal()]) {
        #expect(theirs == hash.reveal())
      }
    }
  }

  @Test("a hash made by another program is recognised")
  func foreign() throws {
    guard let made = try perl("print crypt($ARGV[0], '$6$abcdefgh')", ["secret"]) else { return }
    #expect(PasswordHash.matches(Secret("secret"), Secret(made)))
  }

  @Test(
    "what nobody can type at a login is refused without being shown",
    arguments: ["", "MARKER\r", "MARKER\u{7}", "MARKER\u{0}x", String(repeating: "MARKER", count: 100)])
  func refused(password: String) throws {
    let error = try #require(throws: FactoryError.self) {
      try PasswordHash.make(Secret(password), method: .sha512, purpose: "hash the password of 'root'")
    }
    #expect(error.status == .configInvalid && error.message.contains("'root'") && !error.message.contains("MARKER"))
  }

  private func withFile(_ bytes: [UInt8], mode: Int, _ body: (FilePath) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.path + "/image-factory-password-\(UUID().uuidString)"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    try body(FilePath(path))
  }

  @Test("the first line of a file counts, blanks and all", arguments: ["secret", " s e ", "ä"])
  func file(password: String) throws {
    for (end, mode) in [("", 0o600), ("\n", 0o400), ("\nmore\n", 0o640)] {
      try withFile(Array((password + end).utf8), mode: mode) { path in
        let found = try PasswordFile.read(path).reveal()
        #expect(found == password)
      }
    }
  }

  @Test(
    "a file that others can read or change is refused, with the command that helps",
    arguments: [0o644, 0o604, 0o620, 0o602])
  func open(mode: Int) throws {
    try withFile(Array("MARKER\n".utf8), mode: mode) { path in
      let error = try #require(throws: FactoryError.self) { try PasswordFile.read(path) }
      #expect(error.message.contains("'\(path)'") && error.message.contains(String(mode, radix: 8)))
      #expect(error.hint == "chmod 600 \(path)" && error.status == .configInvalid)
    }
  }

  @Test("a file that is missing, a folder, a device or no text is refused")
  func unreadable() throws {
    for path in ["/nowhere/password", "/", "/dev/null"] as [FilePath] {
      let error = try #require(throws: FactoryError.self) { try PasswordFile.read(path) }
      #expect(error.message.contains("'\(path)'"))
    }
    try withFile([0x4D, 0xFF, 0x0A], mode: 0o600) { path in
      #expect(throws: FactoryError.self) { try PasswordFile.read(path) }
    }
  }
}
