import Foundation
import Model
import Testing

@testable import Installers

@Suite("the look at a user's own user data")
struct AutoinstallCheckTests {
  /// `line: message` of each finding.
  private func look(_ text: String, _ dialect: String = "24.04") -> [String] {
    Autoinstall().check(text, file: "mine.yaml", dialect: dialect).map {
      "\($0.location?.line ?? 0): \($0.message)"
    }
  }

  private static let good = """
    #cloud-config
    autoinstall:
      version: 1
      identity:
        username: ada
        hostname: golden
        password: "$6$salt$0123456789abcdef"   # hashed
      storage: {layout: {name: lvm}}
      late-commands:
      - |
        version: 2
        oops: x
      - curtin in-target -- true
      shutdown: poweroff

    """

  @Test("nothing is said about a good file, nor about what is rendered here")
  func silent() throws {
    #expect(look(Self.good) == [])
    for request in AutoinstallSample.requests() where request.powerOff {
      #expect(look(try AutoinstallSample.userData(request), request.dialect) == [])
    }
  }

  @Test("a file that cloud-init or the installer would not take for answers")
  func notRead() {
    #expect(look("version: 1\nidentity: {}\n").count == 2)
    #expect(look("version: 1\n").contains { $0.hasPrefix("1: the first line is not '#cloud-config'") })
    #expect(look("#cloud-config\nversion: 1\n").contains { $0.contains("there is no 'autoinstall:'") })
    #expect(look("").contains { $0.contains("'autoinstall:'") })
    let beside = Self.good + "late-commands: []\nlocale: de_DE.UTF-8\n"
    #expect(look(beside) == ["15: 'late-commands' stands beside 'autoinstall' and is not read by the installer"])
  }

  @Test("keys that the release drops, and those it has twice")
  func keys() {
    let text = Self.good + "  pakages: [vim]\n  zdevs: []\n  version: 1\n"
    let found = look(text)
    #expect(found.count == 3, "\(found)")
    #expect(found[0] == "15: 'pakages' is no key that the installer of Ubuntu 24.04 knows: it drops it")
    #expect(found[1].hasPrefix("16: 'zdevs' is no key"))
    #expect(found[2].hasPrefix("17: 'version' stands in line 3 already"))
    #expect(Autoinstall().check(text, file: "f", dialect: "24.04")[1].hint == "it is known since 26.04")
    #expect(look(text, "26.04").count == 2)
  }

  @Test("what the installer would ask for or stop at")
  func stops() {
    let found = look(
      "#cloud-config\nautoinstall:\n  interactive-sections: [\"*\"]\n  storage:\n    layout:\n      name: zsf\n    confg: []\n  ssh:\n    server: yes\n"
    )
    for words in [
      "'version' is missing", "neither 'identity' nor 'user-data'", "'interactive-sections' makes the installer ask",
      "the machine starts again", "'zsf' is no layout", "'confg' is no key of 'storage'", "'server' is no key of 'ssh'",
    ] {
      #expect(found.contains { $0.contains(words) }, "\(words)")
    }
    #expect(found.contains("6: 'zsf' is no layout of the installer"))
    #expect(look(Self.good.replacing("version: 1", with: "version: 3")).contains { $0.contains("version 1 only") })
    #expect(
      look(Self.good.replacing("    hostname: golden\n", with: "")) == [
        "4: 'identity' has no 'hostname', without which the installer stops"
      ])
  }

  @Test("passwords in clear text are told by line and never repeated")
  func passwords() {
    let text =
      Self.good.replacing("\"$6$salt$0123456789abcdef\"", with: "MARKER")
      + "  user-data:\n    users:\n    - name: x\n      plain_text_passwd: MARKER\n    - passwd: '!'\n"
    let found = look(text)
    #expect(found.map { $0.prefix { $0 != ":" } } == ["7", "18"], "\(found)")
    #expect(!found.joined().contains("MARKER"))
  }

  @Test("tabs are told, other line ends and braces are borne")
  func forms() {
    #expect(look(Self.good.replacing("  shutdown", with: "\tshutdown")).contains { $0.contains("a tab indents") })
    #expect(look(Self.good.replacing("\n", with: "\r\n")) == [])
    let braces = look("#cloud-config\nautoinstall: {version: 1,\n  updates: foo}\n")
    #expect(braces.count == 3 && braces.contains { $0.hasPrefix("3: 'updates' is none of 'security' or 'all'") })
  }

  @Test("what is not of the schema's shape, at any depth")
  func shape() {
    let text = Self.good.replacing(
      "  late-commands:\n",
      with:
        "  updates: foo\n  keyboard: {layuot: us}\n  apt:\n    fallback: never\n    geoip: \"no\"\n  early-commands: reboot\n"
        + "  packages:\n  - vim\n  - 3\n  refresh-installer:\n    update: \"false\"\n  late-commands:\n")
    let found = look(text)
    for words in [
      "9: 'updates' is none of 'security' or 'all'", "10: 'layuot' is no key of 'keyboard'",
      "10: 'keyboard' has no 'layout'", "12: 'fallback' is none of", "13: 'geoip' is text, and has to be true or false",
      "14: 'early-commands' is text, and has to be a list", "17: 'packages' is a number, and has to be text",
      "19: 'update' is text, and has to be true or false",
    ] {
      #expect(found.contains { $0.hasPrefix(words) }, "\(words)")
    }
    #expect(found.count == 8, "\(found)")
    #expect(Autoinstall().check(text, file: "f", dialect: "24.04").contains { $0.hint == "did you mean 'layout'?" })
    #expect(look(Self.good + "  x: [\n").contains { $0.contains("no YAML that can be read: a bracket is not closed") })
    let groups = Self.good.replacing("    hostname:", with: "    groups: [adm]\n    hostname:")
    #expect(look(groups, "26.04") == [])
    #expect(look(groups) == ["6: 'groups' is no key of 'identity' in this release"])
  }
}
