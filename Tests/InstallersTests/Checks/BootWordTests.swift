import Foundation
import Model
import Testing

@testable import Installers

@Suite("the words of an installer's kernel line")
struct BootWordTests {
  private func unknown(_ format: any AnswerFileFormat, _ words: [String]) -> [String] {
    format.check(append: words, at: SourceLocation(file: "a.conf", line: 3)).map {
      #expect($0.severity == .warning && $0.location == SourceLocation(file: "a.conf", line: 3))
      return String($0.message.split(separator: "'").first ?? "")
    }
  }

  @Test("a word that no installer knows is a warning in every format", arguments: AnswerFiles.names)
  func nonsense(name: String) throws {
    let format = try #require(AnswerFiles.format(named: name))
    let words = ["quite", "mitigation=off", "net.ifname=0", "ipv6.disabel=1", "systemd.unti=x"]
    #expect(unknown(format, words) == words.map { String($0.prefix { $0 != "=" }) })
  }

  @Test("the kernel's own words are known in every format", arguments: AnswerFiles.names)
  func kernel(name: String) throws {
    let format = try #require(AnswerFiles.format(named: name))
    let words = [
      "quiet", "console=ttyS0,115200n8", "mitigations=off", "net.ifnames=0", "ipv6.disable=1", "---", "--", "vga=771",
      "systemd.journald.forward_to_console=1", "norandmaps", "fsck.mode=skip", "virtio_net.napi_tx=1", "nomodeset",
      "log-buf-len=1M", "printk.time=1",
    ]
    #expect(unknown(format, words) == [])
  }

  /// By the format, its own words, and others that look like them.
  static let own: [(format: String, known: [String], unknown: [String])] = [
    (
      "preseed",
      [
        "priority=critical", "auto=true", "auto-install/enable=true", "hostname=a", "keymap=us", "DEBIAN_FRONTEND=text",
        "DEBCONF_DEBUG=5", "netcfg/get_hostname=a", "passwd/root-login=false", "preseed/url=http://a/b", "d-i",
        "tasksel:tasksel/first=standard", "apt-setup/local0/repository=x", "mirror/http/proxy?=", "log_port=1",
        "popularity-contest/participate=false", "brltty.blacklist=yes",
      ],
      [
        "priorty=critical", "netcfg/get_hostnam=a", "nothing/at/all=1", "DEBCONF_DBUG=5", "apt-setup/local0/repo=x",
        "inst.ks=x", "preseed/uri=x", "passwd=x",
      ]
    ),
    (
      "kickstart",
      [
        "inst.ks=x", "inst.repo=x", "inst.stage2=hd:LABEL=x", "rd.neednet=1", "ks=x", "repo=x", "inst.nosave=all",
        "rd.live.check",
      ],
      ["inst.kss=x", "inst.selfupdate=0", "inst.auto=x", "rd.needsnet=1", "autoinstall", "inst.nosav=all"]
    ),
    (
      "autoyast",
      [
        "autoyast=x", "AutoYaST=x", "self_update=0", "SelfUpdate=0", "linuxrc.log=x", "textmode=1", "install=x",
        "showopts",
        "YAST_SKIP_XML_VALIDATION=1", "ZYPP_MULTICURL=0", "netsetup=dhcp", "TERM=vt100", "exec=x",
      ],
      ["autoyst=x", "self_updat=0", "YAST_SKIP_XML_VALDIATION=1", "inst.auto=x", "textmod=1", "IPADDR=x"]
    ),
    (
      "autoinstall",
      ["autoinstall", "ds=nocloud", "cloud-config-url=/dev/null", "url=x", "fsck.mode=skip", "ip=dhcp"],
      ["autoinstal", "dss=nocloud", "subiquity.autoinstalpath=x", "inst.ks=x", "priority=critical"]
    ),
    (
      "agama",
      [
        "inst.auto=x", "inst.self_update=0", "root=live:x", "live.password=x", "rd.neednet=1", "proxy=x",
        "inst.install_url=x",
      ],
      ["inst.selfupdate=0", "inst.ks=x", "inst.autos=x", "live.pasword=x", "agama.something=1", "root_live=x"]
    ),
  ]

  @Test("an installer knows its own words and not those beside them", arguments: own.indices)
  func installers(index: Int) throws {
    let (name, known, others) = Self.own[index]
    let format = try #require(AnswerFiles.format(named: name))
    #expect(unknown(format, known) == [])
    #expect(unknown(format, others) == others.map { String($0.prefix { $0 != "=" }) })
  }

  @Test("says what was likely meant, and never what is behind the equals sign")
  func hints() {
    let findings = Agama().check(append: ["inst.selfupdate=0", "live.pasword=MARKER"], at: nil)
    #expect(findings.map(\.hint) == ["did you mean 'inst.self_update'?", "did you mean 'live.password'?"])
    #expect(!findings.contains { $0.message.contains("MARKER") || $0.hint?.contains("MARKER") == true })
  }

  @Test("what we write on a kernel line ourselves is known to its installer", arguments: AnswerFiles.names)
  func ours(name: String) throws {
    let format = try #require(AnswerFiles.format(named: name))
    var tuning = InstallerTuning()
    tuning.noRandomization = true
    var words = format.ownFileWatch.arguments + format.ownFileKernelArguments(fileName: "mine")
    for request in Self.requests(name) { words += try format.kernelArguments(request, tuning: tuning) }
    words += format.secondStage.map { [$0.kernelWord] } ?? []
    words += format.imageLabelWord.map { [$0 + "x"] } ?? []
    #expect(words.count > 10)
    #expect(unknown(format, words) == [])
  }

  private static func requests(_ name: String) -> [RenderRequest] {
    switch name {
    case "preseed": Sample.requests()
    case "kickstart": KickstartSample.requests("RHEL9") + KickstartSample.requests("F43")
    case "autoyast": SUSESample.requests(dialect: "SLE-15-SP6")
    case "agama":
      SUSESample.requests(dialect: "Leap_16.0").map { request in
        var request = request
        request.hasInstallerImage = true
        return request
      }
    default: AutoinstallSample.requests()
    }
  }

  @Test("the tables have every word of the lists of others", .enabled(if: Place.shared != nil, "needs ../shared"))
  func lists() throws {
    let folder = try #require(Place.shared) + "/validators/"
    let anaconda = try String(contentsOfFile: folder + "kickstart/anaconda-boot-options-f42.txt", encoding: .utf8)
    for word in anaconda.split(separator: "\n") { #expect(Kickstart().bootWords.knows(String(word)), "\(word)") }
    let linuxrc = try String(contentsOfFile: folder + "autoyast/linuxrc-keywords-sle15-sp5.tsv", encoding: .utf8)
    for line in linuxrc.split(separator: "\n") where line.contains("kf_cmd") {
      let word = String(line.prefix { $0 != "\t" })
      #expect(AutoYaST().bootWords.knows(word), "\(word)")
    }
    let templates = try String(contentsOfFile: folder + "preseed/templates-trixie.tsv", encoding: .utf8)
    var count = 0
    for line in templates.split(separator: "\n") {
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard cells.count > 6, cells[6] == "alias" || ["string", "boolean", "select", "multiselect"].contains(cells[1]),
        !cells[0].contains("[")
      else { continue }
      count += 1
      #expect(Preseed().bootWords.knows(cells[0] + "=x"), "\(cells[0])")
    }
    #expect(count > 400)
  }
}
