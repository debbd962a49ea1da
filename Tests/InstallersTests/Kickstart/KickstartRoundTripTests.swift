import Foundation
import Installers
import Model
import Testing

@Suite("pykickstart reads back what was meant", .enabled(if: Pykickstart.isThere, Pykickstart.absent))
struct KickstartRoundTripTests {
  @Test("field by field, in every release", arguments: KickstartSample.dialects)
  func fields(dialect: String) throws {
    let answers = KickstartSample.full()
    var request = KickstartSample.request(answers, dialect)
    request.proxy = "http://10.0.2.2:3142/"
    let read = try Pykickstart.read(request)
    func text(_ key: String) -> String? { read[key] as? String }
    func list(_ key: String) -> [String]? { read[key] as? [String] }
    #expect(text("url") == answers.archive.mirror && text("proxy") == request.proxy)
    #expect(text("lang") == "de_DE.UTF-8" && list("xlayouts") == ["de (nodeadkeys)"])
    #expect(text("vckeymap") == "de-nodeadkeys")
    #expect(text("timezone") == "Europe/Berlin" && read["utc"] as? Bool == true)
    #expect(list("ntp") == answers.timeServers && read["ntpDisabled"] as? Bool == false)
    let network = try #require((read["network"] as? [[Any]])?.first)
    #expect(network[2] as? String == "golden.example.org")
    #expect(text("append") == answers.kernelArguments.joined(separator: " "))
    #expect(list("packages") == ["glibc-langpack-de", "sudo", "vim-enhanced"])
    #expect(list("excluded") == answers.excludedPackages && list("packageGroups") == ["standard"])
    #expect(text("environment") == "minimal-environment" && read["weakdeps"] as? Bool == false)
    let services = read["services"] as? [String: [String]]
    #expect(services?["enabled"] == answers.services.enabled && services?["disabled"] == answers.services.disabled)
    let firewall = read["firewall"] as? [String: Any]
    #expect(firewall?["ports"] as? [String] == ["443:tcp", "8000-8010:udp"])
    #expect(firewall?["services"] as? [String] == ["cockpit"] && firewall?["removed"] as? [String] == ["ssh"])
    #expect(read["selinux"] as? Int == 2)
    let repos = try #require(read["repos"] as? [[String: Any]])
    #expect(repos.map { $0["name"] as? String } == ["image-factory-updates", "tools", "more"])
    #expect(repos[1]["baseurl"] as? String == "https://repo.example.org/el9/$basearch")
    #expect(repos[2]["metalink"] as? String == "https://repo.example.org/m?a=b&c=d")
    #expect(repos.allSatisfy { $0["proxy"] as? String == request.proxy && $0["install"] as? Bool == false })
  }

  @Test("accounts with every detail", arguments: KickstartSample.dialects)
  func accounts(dialect: String) throws {
    let answers = KickstartSample.full()
    let read = try Pykickstart.read(KickstartSample.request(answers, dialect))
    let root = try #require(read["root"] as? [String: Any])
    #expect(root["password"] as? String == Sample.hash && root["crypted"] as? Bool == true)
    let users = try #require(read["users"] as? [[String: Any]])
    #expect(users.count == 2)
    let (ada, backup) = (users[0], users[1])
    #expect(ada["gecos"] as? String == answers.users[0].fullName && ada["uid"] as? Int == 1815)
    #expect(ada["groups"] as? [String] == ["adm", "sudo"] && ada["password"] as? String == Sample.hash + "2")
    #expect(ada["crypted"] as? Bool == true && ada["lock"] as? Bool == false)
    #expect(backup["lock"] as? Bool == true && backup["shell"] as? String == "/usr/sbin/nologin")
    #expect(read["keys"] as? [[String]] == [["ada", answers.users[0].sshKeys[0]]])
    let locked = try Pykickstart.read(KickstartSample.request(KickstartSample.plain(), dialect))
    #expect((locked["root"] as? [String: Any])?["lock"] as? Bool == true)
  }

  @Test("every layout: places, sizes, labels, options, volume groups", arguments: KickstartSample.dialects)
  func layouts(dialect: String) throws {
    for layout in KickstartSample.layouts() {
      var answers = KickstartSample.plain()
      answers.disk = layout.disk
      let request = KickstartSample.request(answers, dialect)
      let meant = try PartitionLayout(request)
      let read = try Pykickstart.read(request)
      // One by one: a list inside a list is no AnyHashable.
      let cleared = try #require(read["clearpart"] as? [Any])
      #expect(cleared.count == 4 && cleared[0] as? Int == 1 && cleared[1] as? Bool == true)
      #expect(cleared[2] as? String == meant.label.rawValue && cleared[3] as? [String] == ["vda"])
      #expect(read["ignoredisk"] as? [String] == ["vda"] && read["bootDrive"] as? String == "vda")
      let partitions = try #require(read["partitions"] as? [[String: Any]])
      #expect(partitions.count == meant.partitions.count)
      for (got, want) in zip(partitions, meant.partitions) {
        switch want.role {
        case .biosBoot: #expect(got["place"] as? String == "biosboot" && got["fstype"] as? String == "biosboot")
        case .efi: #expect(got["place"] as? String == "/boot/efi" && got["fstype"] as? String == "efi")
        case .physicalVolume(let group): #expect(got["place"] as? String == "pv.\(group)")
        case .plain: expect(got, want.request)
        }
        expectSize(got, want.size)
        #expect(got["disk"] as? String == "vda" && got["primary"] as? Bool == (meant.label == .msdos))
      }
      let volumes = try #require(read["volumes"] as? [[String: Any]])
      for (got, want) in zip(volumes, meant.groups.flatMap(\.volumes)) {
        expect(got, want)
        expectSize(got, want.size)
        #expect(got["group"] as? String == want.volumeGroup && got["name"] as? String == want.name)
      }
      #expect(volumes.count == meant.groups.flatMap(\.volumes).count)
    }
  }

  private func expect(_ got: [String: Any], _ want: PartitionRequest) {
    #expect(
      got["place"] as? String == want.mountPoint ?? "swap" && got["fstype"] as? String == want.fileSystem.rawValue)
    #expect(got["label"] as? String == want.fileSystemLabel ?? "", "\(want.name)")
    #expect(got["options"] as? String == want.mkfsOptions.joined(separator: " "))
  }

  private func expectSize(_ got: [String: Any], _ size: ByteSize?) {
    #expect(got["grow"] as? Bool == (size == nil))
    guard let size else { return }
    let mebibytes = Int64(got["size"] as? Int ?? 0)
    #expect(mebibytes << 20 >= size.bytes && (mebibytes - 1) << 20 < size.bytes)
  }

  @Test("a tree of OSTree instead of packages", arguments: KickstartSample.dialects)
  func ostree(dialect: String) throws {
    let request = KickstartSample.requests(dialect)[3]
    let read = try Pykickstart.read(request)
    let tree = try #require(read["ostree"] as? [Any])
    #expect(
      tree.dropLast().map { $0 as? String } == [
        "site", "site", "https://ostree.example.org/repo", "site/9/x86_64/base",
      ])
    // Whether signatures are not asked for.
    #expect(tree.last as? Bool == false)
    #expect(read["url"] as? String == "" && read["packagesSeen"] as? Bool == false)
  }

  @Test("a machine that switches itself off, or starts again", arguments: ["RHEL9", "F44"])
  func ending(dialect: String) throws {
    var request = KickstartSample.request(KickstartSample.plain(), dialect)
    #expect(try Pykickstart.read(request)["action"] as? Int == 2)
    request.powerOff = false
    #expect(try Pykickstart.read(request)["action"] as? Int == 1)
  }
}
