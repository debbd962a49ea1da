import Foundation
import Installers
import Model
import Testing

@Suite("a look at a user's own Kickstart") struct KickstartCheckTests {
  private func check(_ text: String, _ dialect: String = "RHEL9") -> [String] {
    let findings = Kickstart().check(text, file: "my.ks", dialect: dialect)
    #expect(findings.allSatisfy { $0.severity == .warning && $0.location?.file == "my.ks" })
    return findings.map { ($0.location?.line).map { "\($0): " } ?? "" }.enumerated().map { $1 + findings[$0].message }
  }

  private static let complete = """
    cmdline
    lang en_US.UTF-8
    keyboard us
    timezone Etc/UTC --utc
    rootpw --lock
    autopart
    url --url=http://h/tree
    bootloader
    poweroff
    %packages
    @core
    %end

    """

  @Test("finds nothing in what we render ourselves", arguments: KickstartSample.dialects)
  func own(dialect: String) throws {
    for request in KickstartSample.requests(dialect) {
      #expect(check(try KickstartSample.text(request), dialect) == [])
    }
  }

  @Test("finds nothing in a complete file, whose sections may contain anything", arguments: KickstartSample.dialects)
  func complete(dialect: String) {
    let script = "%post --erroronfail\nif ' unbalanced\ninstall\nrootpw x\n%ending\n%end\n"
    #expect(check(Self.complete + script, dialect) == [])
  }

  @Test("names every answer that is missing")
  func missing() {
    let lines = Self.complete.split(separator: "\n", omittingEmptySubsequences: false)
    for (line, word) in [
      ("lang", "'lang' is missing"), ("keyboard", "'keyboard'"), ("timezone", "'timezone'"), ("rootpw", "'rootpw'"),
      ("autopart", "partition the disk"), ("url", "source"), ("bootloader", "'bootloader'"), ("poweroff", "'poweroff'"),
    ] {
      let text = lines.filter { !$0.hasPrefix(line) }.joined(separator: "\n")
      let found = check(text)
      #expect(found.count == 1 && found[0].contains(word), "\(found)")
    }
    let sections = Self.complete.components(separatedBy: "%packages")[0]
    #expect(check(sections) == ["the section '%packages' is missing: the installer would ask for the software"])
    let tree = sections.replacingOccurrences(
      of: "url --url=http://h/tree", with: "ostreesetup --osname=a --url=b --ref=c")
    #expect(check(tree) == [])
    #expect(check("%include /tmp/all\n") == [], "what an included file says is not known")
  }

  @Test("says which commands a release does not know any more")
  func commands() {
    let text = Self.complete + "install\nauthconfig --enableshadow\nvnc\nnonsense\ntimezone --isUtc UTC\n"
    #expect(
      check(text, "RHEL9").map { String($0.prefix(18)) }
        == ["13: 'install' is n", "14: 'authconfig' i", "16: 'nonsense' is "])
    let ten = check(text, "RHEL10")
    #expect(ten.count == 5 && ten[2].contains("'vnc' is deprecated") && ten[4].contains("'timezone --isUtc'"))
    #expect(check(text, "").isEmpty, "of an unknown release nothing is known")
  }

  @Test("sees open sections, unknown ones, quotes that do not match and clear-text passwords")
  func structure() {
    let text =
      Self.complete
      + "rootpw secret # x\nuser --name=a --password=b\nlang 'x\n%nonsense\n%end\n%post\necho\n"
    let found = check(text)
    #expect(found.count == 6, "\(found)")
    #expect(found[0].hasPrefix("13: the password of 'rootpw'") && found[1].hasPrefix("14: the password of 'user'"))
    #expect(found[2].hasPrefix("15: the line cannot be read") && found[3].hasPrefix("16: '%nonsense'"))
    #expect(found.contains { $0.hasPrefix("18: the section '%post' has no '%end'") })
    #expect(found.contains { $0.hasPrefix("18: when '%post' fails") })
    #expect(!found.contains { $0.contains("secret") })
  }

  @Test("a hash, a locked account and an unclosed section before the next are told apart")
  func details() {
    let text = Self.complete + "rootpw --iscrypted $6$a$b\n%packages\nvim\n%post --erroronfail\n%end\n"
    #expect(check(text) == ["14: the section '%packages' has no '%end'"])
  }

  @Test("survives bytes that are no text")
  func noise() {
    let noise = String(decoding: (0...255).map { UInt8($0) } + [10, 37, 10, 39, 10, 92], as: UTF8.self)
    #expect(Kickstart().check(noise, file: "x", dialect: "RHEL9").allSatisfy { !$0.message.contains("\u{1B}") })
  }

  static let folder =
    ProcessInfo.processInfo.environment["IMAGE_FACTORY_DEBIAN_FILES"] ?? "/usr/share/image-factory"
  static let isInstalled = FileManager.default.fileExists(atPath: folder + "/CentOS-8-server.cfg")

  /// What pykickstart says about the files of the Debian package image-factory, and what they leave undone.
  static func expected(_ name: String, _ dialect: String) -> [String] {
    let isOld = dialect != "RHEL9"
    var result = ["'install' is no longer in"]
    result.append(isOld ? "'authconfig' is no longer in" : "'authconfig' is deprecated in")
    result.append("the password of 'rootpw'")
    if name.hasPrefix("CentOS-6") { result.append("'%packages --nobase' is no longer in") }
    if ["CentOS-7", "CentOS-8"].contains(where: name.hasPrefix) { result.append("when '%pre' fails") }
    result.append("when '%post' fails")
    return result
  }

  @Test(
    "the Debian package image-factory's have exactly the known mistakes",
    .enabled(if: isInstalled, "needs the Debian package image-factory"), arguments: KickstartSample.dialects)
  func package(dialect: String) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder).sorted().filter {
      ($0.hasPrefix("CentOS") || $0.hasPrefix("Fedora")) && $0.hasSuffix(".cfg")
    }
    #expect(names.count == 12)
    for name in names {
      let text = try String(contentsOfFile: Self.folder + "/" + name, encoding: .utf8)
      let found = Kickstart().check(text, file: name, dialect: dialect)
      let expected = Self.expected(name, dialect)
      #expect(found.count == expected.count, "\(name): \(found.map(\.message))")
      for (finding, words) in zip(found, expected) {
        #expect(finding.message.hasPrefix(words) && finding.location?.line != nil, "\(name): \(finding.message)")
      }
    }
  }
}
