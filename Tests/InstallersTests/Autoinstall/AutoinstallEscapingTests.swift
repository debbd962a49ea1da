import Foundation
import Model
import SystemPackage
import Testing

@testable import Installers

/// Values made of everything that means something to YAML, a shell or a boot loader; the seed makes a failure repeatable.
private struct TroublesomeValues: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  private static let pieces = [
    "\n", "\r", "\t", "\"", "'", "\\", "\\n", "$", "$(id)", "`id`", "%", "#", " #", ": ", "- ", "--", "---", "...",
    "]]>", "{{", "&a",
    "*a", "!!binary ", "|", ">", "@", "?", "é", "ß", "日本", "🐧", "\u{2028}", "\u{85}", "\u{FEFF}", "\u{7F}", "\u{1}",
    "\u{1B}[2J",
    "true", "null", "0x1F", "~", " ", "a", "END", "\nEND\n", "\nautoinstall:\n", "%s", ",", "[", "}", "=", "<<", ";",
    "/../",
  ]

  mutating func value() -> String {
    if next() % 40 == 0 { return String(repeating: "x\"", count: 5000) }
    return (0..<(1 + next() % 6)).map { _ in Self.pieces[Int(next() % UInt64(Self.pieces.count))] }.joined()
  }
}

@Suite("hostile values in the autoinstall file")
struct AutoinstallEscapingTests {
  @Test(
    "every string reads back byte for byte with PyYAML, as value and as key",
    .enabled(if: AutoinstallSample.python != nil, "needs the Python of Tests/oracles"))
  func scalars() throws {
    var random = TroublesomeValues(seed: 20_261_121)
    let values = (0..<600).map { _ in random.value() } + ["", "yes", "on", "12e3", "0o7", "=", "2026-01-01"]
    let keys = Dictionary(
      values.filter { $0.utf8.count < 200 }.enumerated().map { ($1, "\($0)") }, uniquingKeysWith: { $1 })
    let node = YAMLNode.map([
      .init(
        "autoinstall",
        .map([
          .init("list", .strings(values)),
          .init("nested", .list(values.map { .list([.map([.init("v", .string($0))])]) })),
          .init("keys", .map(keys.map { .init($0.key, .string($0.value)) })),
        ]))
    ])
    #expect(node.text.utf8.allSatisfy { $0 == 0x0A || (0x20..<0x7F).contains($0) })
    let got = try #require(try AutoinstallSample.parsed([node.text]).first)
    // Compared as bytes: Swift's == takes composed and decomposed letters for the same.
    let list = try #require(got["list"] as? [String])
    #expect(list.map { Array($0.utf8) } == values.map { Array($0.utf8) })
    let nested = try #require(got["nested"] as? [[[String: String]]])
    #expect(nested.map { Array(($0.first?["v"] ?? "").utf8) } == values.map { Array($0.utf8) })
    #expect(got["keys"] as? [String: String] == keys)
  }

  /// Each puts the value where a person can write one.
  private static let places: [@Sendable (inout InstallAnswers, String) -> Void] = [
    { $0.locale = $1 }, { $0.keymap = $1 }, { $0.timeZone = $1 }, { $0.hostname = $1 }, { $0.domain = $1 },
    { $0.timeServers = [$1] }, { $0.packages = [$1] }, { $0.excludedPackages = [$1] }, { $0.groups = [$1] },
    { $0.kernelArguments = [$1] }, { $0.services.enabled = [$1] }, { $0.services.disabled = [$1] },
    { $0.services.masked = [$1] }, { $0.archive.mirror = "http://h/" + $1 }, { $0.archive.securityMirror = $1 },
    { $0.archive.components.append($1) }, { $0.archive.suite = $1 },
    { $0.firewall = Firewall(enabled: true, open: [$1]) },
    { $0.archive.repositories = [Repository(name: $1, source: "http://h/u s main", key: nil)] },
    { $0.archive.repositories = [Repository(name: "r", source: "http://h/u \($1)", key: nil)] },
    { $0.root = .passwordHash(Secret($1)) },
    { $0.users[0].name = $1 }, { $0.users[0].fullName = $1 }, { $0.users[0].shell = "/" + $1 },
    { $0.users[0].groups = [$1] }, { $0.users[0].sshKeys = ["ssh-rsa " + $1] },
    { $0.users[0].passwordHash = Secret($1) }, { $0.files[0].path = "/etc/" + $1 }, { $0.files[0].owner = $1 },
    { $0.disk.partitions[0].name = $1 }, { $0.disk.partitions[0].fileSystemLabel = $1 },
    { $0.disk.partitions[0].mkfsOptions = [$1] }, { $0.disk.partitions[0].volumeGroup = $1 },
  ]

  @Test("no value adds a section, a command or a word: it arrives whole or is refused", arguments: places.indices)
  func hostile(index: Int) throws {
    var random = TroublesomeValues(seed: UInt64(index) + 1)
    var good = AutoinstallSample.plain()
    good.users = [UserAccount(name: "ada")]
    good.files = [PlacedFile(path: "/etc/x", source: "/host/x")]
    let usual = try commands(Autoinstall().render(AutoinstallSample.request(good)))
    var rendered: [(value: String, answers: RenderedAnswers)] = []
    for _ in 0..<60 {
      let value = random.value()
      var answers = good
      Self.places[index](&answers, value)
      do {
        rendered.append((value, try Autoinstall().render(AutoinstallSample.request(answers))))
      } catch let error as FactoryError {
        #expect(!error.message.contains("\n") && !error.message.contains("\u{1B}"))
      }
    }
    for (value, answers) in rendered {
      let text = try Sample.text(answers.file("user-data"))
      let tops = text.split(separator: "\n").filter { !$0.hasPrefix(" ") && !$0.hasPrefix("#") }
      #expect(tops == ["autoinstall:"], "\(value.debugDescription)")
      // Lines of data may be more; commands only those that the setting itself brings.
      let added = try commands(answers).subtracting(usual)
      #expect(added.isSubset(of: Self.expected), "\(value.debugDescription): \(added.subtracting(Self.expected))")
    }
  }

  /// The first words of the late script's lines that settings bring.
  private static let expected: Set<String> = [
    "in_target", "phase", "if", "else", "sed", "grep", "install_keys", "install_keys()", "mkdir", "home=$(chroot", "rm",
    "cat",
  ]

  /// The commands of the late script as the shell itself reads them: with `-n` none is run, so the lines are taken apart by hand,
  /// here-documents left out.
  private func commands(_ answers: RenderedAnswers) throws -> Set<String> {
    var result: Set<String> = []
    var isData = false
    for line in try Sample.text(answers.file("late.sh")).split(separator: "\n") {
      if isData {
        if line == "END" { isData = false }
        continue
      }
      if line.hasSuffix("<<'END'") { isData = true }
      let word = line.drop { $0 == " " }.prefix { $0 != " " }
      if !word.isEmpty { result.insert(String(word)) }
    }
    #expect(!isData)
    return result
  }

  @Test("what the shell makes of names and paths is the value, byte for byte")
  func shellWords() throws {
    var random = TroublesomeValues(seed: 7)
    for _ in 0..<60 {
      let value = random.value()
      var answers = AutoinstallSample.plain()
      var user = UserAccount(name: "ada")
      user.fullName = value
      answers.users = [user]
      answers.files = [PlacedFile(path: "/etc/" + value + "x", source: "/host/x")]
      guard let late = try? Sample.text(try Autoinstall().render(AutoinstallSample.request(answers)).file("late.sh"))
      else {
        continue
      }
      let wanted = late.split(separator: "\n").filter {
        $0.hasPrefix("chroot /target useradd") || $0.hasPrefix("place_file /")
      }
      let tell = "chroot() { printf '%s\\0' \"$@\"; }; place_file() { printf '%s\\0' \"$@\"; }\n"
      let words = try run("sh", "-c", tell + wanted.joined(separator: "\n")).output.split(
        separator: "\0", omittingEmptySubsequences: false)
      #expect(words.contains { Array($0.utf8) == Array(("/etc/" + value + "x").utf8) }, "\(value.debugDescription)")
      #expect(words.contains { Array($0.utf8) == Array(value.utf8) }, "\(value.debugDescription)")
    }
  }
}
