import Foundation
import Installers
import Model
import Testing

@Suite("a look at a user's own preseed")
struct AnswerFileCheckTests {
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
    let findings = Preseed().check(text, file: "mine.cfg")
    #expect(findings.allSatisfy { $0.severity == .warning && $0.location?.file == "mine.cfg" })
    #expect(findings.map { $0.location?.line } == [2, 3, 4, 7, 9])
    #expect(findings[0].message.contains("'ifupdown' is no type"))
    #expect(findings[1].message.contains("has no type"))
    #expect(findings[2].message.contains("preseed/late_command"))
    #expect(findings[3].message.contains("line 6"))
  }

  @Test("finds nothing in what we render ourselves")
  func own() throws {
    for request in Sample.requests() {
      let text = try Sample.text(try Preseed().render(request).files.first)
      #expect(Preseed().check(text, file: "preseed.cfg").isEmpty)
    }
  }

  @Test("finds only the known repetition in Debian's own example", .enabled(if: Place.shared != nil, "needs ../shared"))
  func example() throws {
    let path = try #require(Place.shared) + "/validators/preseed/example-trixie.txt"
    let findings = Preseed().check(try String(contentsOfFile: path, encoding: .utf8), file: "example")
    #expect(findings.allSatisfy { $0.message.contains("was answered in line") })
  }

  @Test("survives bytes that are no text")
  func noise() {
    let noise = String(decoding: (0...255).map { UInt8($0) } + [10, 92, 10, 92], as: UTF8.self)
    #expect(Preseed().check(noise, file: "x").allSatisfy { !$0.message.contains("\u{1B}") })
  }
}
