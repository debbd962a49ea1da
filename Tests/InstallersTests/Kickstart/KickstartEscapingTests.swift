import Foundation
import Installers
import Model
import SystemPackage
import Testing

@Suite("hostile values in a Kickstart") struct KickstartEscapingTests {
  private static let pieces = [
    "\n", "\r\n", "'", "\"", "$", "$(reboot)", "`id`", "%", "%end", "%include /etc/passwd", "\\n", "\\", "#", " # ",
    "]]>",
    "-", "--lock", "ä", "日本", "🙂", " ", "\t", "\u{85}", "\u{2028}", "\u{0B}", "\u{1C}", "\u{7F}", "a", "Ada", "=", ",",
    "{", "}", "*", "~", "&", "|", ";", "<", ">", "!", "END", "rootpw --plaintext x",
  ]

  private static func values(_ count: Int, seed: UInt64) -> [String] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      (0..<Int.random(in: 1...8, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    } + [String(repeating: "x'\"\\#$ ", count: 1500), "-", "--", "-x", "#", "'", "''", "\\"]
  }

  /// The request with the value in it, rendered; nil when it was refused by a word about the setting.
  private func render(_ setting: String, _ change: (inout InstallAnswers) -> Void) throws -> String? {
    var answers = KickstartSample.plain()
    change(&answers)
    do {
      return try KickstartSample.text(KickstartSample.request(answers, "RHEL10"))
    } catch let error as FactoryError {
      #expect(error.status == .configInvalid && error.message.contains("'\(setting)'"), "\(error.message)")
      #expect(!error.message.contains("\n"))
      return nil
    }
  }

  /// Everything but the one field is as it was without the value.
  private func expectNothingElse(_ read: [String: Any], _ plain: [String: Any], but fields: [String]) throws {
    func rest(_ object: [String: Any]) throws -> Data {
      try JSONSerialization.data(withJSONObject: object.filter { !fields.contains($0.key) }, options: .sortedKeys)
    }
    #expect(try rest(read) == rest(plain))
  }

  @Test(
    "a full name and a key arrive byte for byte or are refused, and nothing else changes",
    .enabled(if: Pykickstart.isThere, Pykickstart.absent))
  func accounts() throws {
    let values = Self.values(300, seed: 20_261_121)
    var sent: [(value: String, text: String)] = []
    for value in values {
      let text = try render("user:ada") { answers in
        var user = UserAccount(name: "ada")
        user.fullName = value
        user.sshKeys = ["ssh-ed25519 AAAA " + value]
        answers.users = [user]
      }
      if let text { sent.append((value, text)) }
    }
    #expect(sent.count > 60 && sent.count < values.count)
    let plain = try Pykickstart.read(KickstartSample.request(KickstartSample.plain(), "RHEL10"))
    let all = try Pykickstart.read(sent.map(\.text), "RHEL10")
    #expect(all.count == sent.count)
    for (read, entry) in zip(all, sent) {
      #expect(read["error"] == nil, "\(read["error"] ?? "") for \(entry.value.debugDescription)")
      let user = try #require((read["users"] as? [[String: Any]])?.first)
      #expect(user["gecos"] as? String == entry.value)
      #expect(read["keys"] as? [[String]] == [["ada", "ssh-ed25519 AAAA " + entry.value]])
      try expectNothingElse(read, plain, but: ["users", "keys"])
    }
  }

  @Test(
    "every other free value is refused, or arrives and changes nothing else",
    .enabled(if: Pykickstart.isThere, Pykickstart.absent))
  func others() throws {
    let fields:
      [(setting: String, good: String, fields: [String], change: @Sendable (inout InstallAnswers, String) -> Void)] = [
        ("locale", "fr_FR.UTF-8", ["lang", "packages"], { $0.locale = $1 }),
        ("keymap", "fr", ["xlayouts", "vckeymap"], { $0.keymap = $1 }),
        ("timezone", "Asia/Tokyo", ["timezone"], { $0.timeZone = $1 }),
        ("time-servers", "time.example.org", ["ntp"], { $0.timeServers = [$1] }),
        ("hostname", "other", ["network"], { $0.hostname = $1 }),
        ("domain", "example.org", ["network"], { $0.domain = $1 }),
        ("packages", "zsh", ["packages"], { $0.packages = [$1] }),
        ("excluded-packages", "nano", ["excluded"], { $0.excludedPackages = [$1] }),
        ("groups", "standard", ["packageGroups", "environment"], { $0.groups = [$1] }),
        ("services-enable", "a.service", ["services"], { $0.services.enabled = [$1] }),
        ("services-mask", "a.service", ["scripts"], { $0.services.masked = [$1] }),
        ("kernel-arguments", "a=b", ["append", "scripts"], { $0.kernelArguments = [$1] }),
        ("mirror", "os", ["url"], { $0.archive.mirror = "http://h/" + $1 }),
        ("firewall-open", "99/tcp", ["firewall"], { $0.firewall = Firewall(enabled: true, open: [$1]) }),
      ]
    let plain = try Pykickstart.read(KickstartSample.request(KickstartSample.plain(), "RHEL10"))
    for (number, field) in fields.enumerated() {
      var texts: [String] = []
      for value in [field.good] + Self.values(40, seed: UInt64(number) + 7) {
        if let text = try render(field.setting, { field.change(&$0, value) }) { texts.append(text) }
      }
      #expect(!texts.isEmpty, "\(field.setting) takes not even '\(field.good)'")
      for read in try Pykickstart.read(texts, "RHEL10") {
        #expect(read["error"] == nil, "\(field.setting): \(read["error"] ?? "")")
        try expectNothingElse(read, plain, but: field.fields)
      }
    }
  }

  @Test(
    "scripts and files arrive byte for byte, whatever they contain",
    .enabled(if: Pykickstart.isThere, Pykickstart.absent))
  func contents() throws {
    var random = SeededGenerator(seed: 3)
    for size in [0, 1, 2, 3, 56, 57, 58, 76, 5000] {
      let noise = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
      let bytes = Array("#!/bin/sh\n%end\n%include /x\nEND\n".utf8) + noise
      var answers = KickstartSample.plain()
      answers.files = [PlacedFile(path: "/etc/it's $(here)", source: "/f")]
      answers.scripts = [InstallScript(.before, source: "/b")]
      var request = RenderRequest(answers: answers) { _ in bytes }
      request.dialect = "F44"
      let read = try Pykickstart.read(request)
      let scripts = try #require(read["scripts"] as? [[String: Any]]).compactMap { $0["script"] as? String }
      #expect(scripts.count == 5)
      for marker in ["base64 -d >\"$script\" <<'END'\n", "0644 root:root <<'END'\n"] {
        let script = try #require(scripts.first { $0.contains(marker) })
        let body = script.components(separatedBy: marker)[1].components(separatedBy: "\nEND\n")[0]
        #expect(Data(base64Encoded: body.replacingOccurrences(of: "\n", with: "")) == Data(bytes))
      }
    }
  }

  @Test("the shell of the finished system places a file under the name that was meant")
  func placing() throws {
    var answers = KickstartSample.plain()
    answers.files = [PlacedFile(path: "/etc/it's $(here) `id` %", source: "/f")]
    let text = try KickstartSample.text(KickstartSample.request(answers, "RHEL9"))
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("place ") })
    let result = try run("bash", "-c", "place() { printf '%s\\n' \"$@\"; }\n\(line.dropLast(" <<'END'".count))")
    #expect(result.output == "/etc/it's $(here) `id` %\n0644\nroot:root\n")
  }
}
