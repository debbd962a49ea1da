import Foundation
import Installers
import Model
import Testing

@Suite("a look at a user's own AutoYaST profile")
struct AutoYaSTCheckTests {
  private func findings(_ text: String) -> [Finding] { AutoYaST().check(text, file: "mine.xml", dialect: "SLE-15-SP6") }

  private func messages(_ text: String) -> String { findings(text).map(\.message).joined(separator: "\n") }

  @Test("finds nothing in what we render ourselves")
  func own() throws {
    for request in SUSESample.requests(dialect: "SLE-15-SP6") where request.powerOff {
      let found = findings(try Sample.text(try AutoYaST().render(request).files.first))
      #expect(found.isEmpty, "\(found.map(\.message))")
    }
  }

  @Test("names what is missing: confirmation, halt, errors' time-out, root, partitioning, software")
  func missing() {
    let found = messages("<profile>\n<general/>\n</profile>")
    for words in [
      "asks for confirmation", "not switched off", "'report/errors' is not set", "no section 'users'",
      "no section 'partitioning'", "no section 'software'",
    ] {
      #expect(found.contains(words), "\(words)")
    }
  }

  @Test("gives each finding its line and file")
  func lines() {
    let text = """
      <?xml version="1.0"?>
      <profile xmlns="http://www.suse.com/1.0/yast2ns">
        <general><mode>
          <confirm t="boolean">true</confirm>
          <halt t="boolean">true</halt>
        </mode></general>
        <servicesmanager/>
        <inetd/>
        <partitioning t="list"/><software/>
        <report><errors>
          <show t="boolean">true</show>
        </errors><yesno_messages><timeout t="integer">0</timeout></yesno_messages></report>
        <users t="list">
          <user><username>root</username>
          <user_password>secret-MARKER</user_password></user>
        </users>
        <scripts><pre-scripts t="list">
          <script><filename>x</filename></script>
        </pre-scripts></scripts>
        <software/>
      </profile>
      """
    let found = findings(text)
    #expect(found.allSatisfy { $0.severity == .warning && $0.location?.file == "mine.xml" })
    #expect(found.map { $0.location?.line } == [4, 7, 8, 10, 12, 15, 18, 20])
    #expect(found[1].hint == "did you mean 'services-manager'?")
    #expect(found[5].message.contains("clear text"))
    #expect(!messages(text).contains("MARKER"))
  }

  @Test("says where a text stops being XML", arguments: [("<profile>\n<a>\n</b>\n</profile>", 3), ("", 1), ("x", 1)])
  func broken(text: String, line: Int) {
    let found = findings(text)
    #expect(found.count == 1 && found[0].location?.line == line, "\(found)")
    #expect(found[0].message.contains("not well-formed"))
  }

  @Test("gives up on elements nested without end, and on other documents")
  func deep() {
    #expect(messages(String(repeating: "<a>", count: 5000)).contains("not well-formed"))
    #expect(messages("<autoinstall/>").contains("not 'profile'"))
  }

  @Test("survives bytes that are no text")
  func noise() {
    let noise = String(decoding: (0...255).map { UInt8($0) }, as: UTF8.self)
    #expect(findings(noise).allSatisfy { !$0.message.contains("\u{1B}") })
    #expect(findings("<profile><\u{1B}/></profile>").allSatisfy { !$0.message.contains("\u{1B}") })
  }

  private static let foreign = "/usr/share/image-factory"

  @Test(
    "finds in the profiles of Debian's package 'image-factory' what YaST's schema and sense find",
    .enabled(
      if: FileManager.default.fileExists(atPath: foreign + "/openSUSE-13.2-server.xml"),
      "needs the Debian package 'image-factory'"),
    arguments: ["13.1", "13.2"])
  func debianPackage(release: String) throws {
    let text = try String(contentsOfFile: "\(Self.foreign)/openSUSE-\(release)-server.xml", encoding: .utf8)
    let found = messages(text)
    let expected = [
      "'language/rootlang'", "'ntp-client/start_at_boot'", "'ntp-client/start_in_chroot'", "'runlevel/default'",
      "'runlevel/services'", "'scripts/post-scripts/script/network_needed'", "password of 'root' is in clear text",
      "'report/errors' is not set", "YaST finds these faults as well",
    ]
    for words in expected { #expect(found.contains(words), "\(words)") }
    #expect(found.split(separator: "\n").count == expected.count, "\(found)")
  }

  @Test("names what YaST's schema would stop at, with its line, and says that it is kept from looking")
  func schema() {
    let text = """
      <profile xmlns="http://www.suse.com/1.0/yast2ns">
        <general><mode>
          <confirm t="boolean">no</confirm>
          <halt>true</halt>
          <finalhalt t="boolean">true</finalhalt>
        </mode></general>
        <software><packages t="list"><pakage>vim</pakage></packages></software>
        <partitioning t="list"><drive><partitions t="list"><partition><partition_nr t="integer">x</partition_nr>
        </partition></partitions></drive></partitioning>
        <users t="list"><user><username>root</username><user_password>MARKER<b/></user_password>
        <encrypted t="boolean">true</encrypted></user></users>
        <report><errors><show t="boolean">false</show></errors></report>
      </profile>
      """
    let found = findings(text)
    for (line, words) in [
      (3, "'confirm' is neither 'true' nor 'false'"), (4, "'halt' does not say its type"),
      (5, "'finalhalt' is no element of 'mode'"), (7, "'pakage' is no element of 'packages'"),
      (8, "'partition_nr' is no whole number"), (10, "'b' is in 'user_password', where only text can be"),
      (1, "'YAST_SKIP_XML_VALIDATION=1' on the kernel line keeps it from looking"),
    ] {
      #expect(found.contains { $0.location?.line == line && $0.message.contains(words) }, "\(words)")
    }
    #expect(found.first { $0.message.contains("finalhalt") }?.hint == "did you mean 'final_halt'?")
    #expect(!messages(text).contains("MARKER"))
    #expect(AutoYaST().ownFileWatch.arguments.contains("YAST_SKIP_XML_VALIDATION=1"))
    let other = text.replacing("yast2ns", with: "yast3ns")
    #expect(messages(other).contains("not of YaST's namespace"))
  }
}
