import Foundation
import Installers
import Model
import Testing

@Suite("a look at a user's own preseed")
struct AnswerFileCheckTests {
  /// Findings about what the file says, without those about what it does not say.
  private func written(_ text: String, append: [String]? = nil) -> [Finding] {
    let findings =
      append.map { Preseed().check(text, file: "mine.cfg", dialect: "", append: $0) }
      ?? Preseed().check(text, file: "mine.cfg", dialect: "")
    return findings.filter { !$0.message.contains("would be asked") }
  }

  @Test("finds a missing type, an unknown type, a literal line end and a question answered twice")
  func findings() {
    let text = """
      # comment
      d-i netcfg/target_network_config ifupdown
      d-i passwd/username
      d-i preseed/late_command string \\
        printf 'A\\nB' > /x
      d-i time/zone string A
      d-i time/zone string B
      d-i time/zone seen true
      word
      """
    let findings = written(text)
    #expect(findings.allSatisfy { $0.severity == .warning && $0.location?.file == "mine.cfg" })
    #expect(findings.map { $0.location?.line } == [2, 3, 4, 7, 9])
    #expect(findings[0].message.contains("'ifupdown' is no type"))
    #expect(findings[1].message.contains("has no type"))
    #expect(findings[2].message.contains("preseed/late_command"))
    #expect(findings[3].message.contains("line 6"))
  }

  @Test("finds names of the kernel line, passwords in clear text and wrong booleans; shows no password")
  func misuse() {
    let text = """
      d-i keymap select de
      d-i passwd/root-password password MARKER
      d-i passwd/root-password-again password MARKER
      d-i passwd/user-password MARKER
      d-i clock-setup/utc boolean yes
      d-i netcfg/get_hostname string a
      d-i netcfg/get_hostname string a
      """
    let findings = written(text)
    #expect(findings.map { $0.location?.line } == [1, 2, 4, 5])
    #expect(findings[0].hint == "write 'd-i keyboard-configuration/xkb-keymap select de'")
    #expect(findings[1].message == "'passwd/root-password' is a password in clear text")
    #expect(findings[2].message.contains("'******' is no type"))
    let all = Preseed().check(text, file: "mine.cfg", dialect: "")
    #expect(all.allSatisfy { !$0.message.contains("MARKER") && $0.hint?.contains("MARKER") != true })
  }

  @Test("the kernel line may answer; without 'auto' language and keyboard are asked before the file is read")
  func kernelLine() {
    let text = "d-i debian-installer/locale string de_DE.UTF-8\n"
    func asked(_ append: [String]) -> [String] {
      Preseed().check(text, file: "mine.cfg", dialect: "", append: append).map(\.message).filter {
        $0.contains("locale") || $0.contains("xkb-keymap")
      }
    }
    #expect(asked(["auto=true", "keymap=de"]) == [])
    #expect(asked(["auto=true"]).count == 1)
    #expect(asked(["keymap=de"]) == ["'debian-installer/locale' would be asked before this file is read"])
    #expect(asked(["locale=de_DE", "keyboard-configuration/xkb-keymap=de"]) == [])
    let place = SourceLocation(file: "a.conf", line: 3)
    let words = ["priority=high", "debconf/priority=low", "quiet", "priority=critical", "DEBCONF_DEBUG=5"]
    let findings = Preseed().check(append: words, at: place)
    #expect(findings.count == 2 && findings.allSatisfy { $0.severity == .warning && $0.location == place })
  }

  @Test("survives bytes that are no text")
  func noise() {
    let noise = String(decoding: (0...255).map { UInt8($0) } + [10, 92, 10, 92], as: UTF8.self)
    #expect(Preseed().check(noise, file: "x", dialect: "").allSatisfy { !$0.message.contains("\u{1B}") })
  }
}
