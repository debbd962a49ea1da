import Foundation
import Installers
import Model
import Testing

/// What is rendered, read back by a parser that is not ours, is what was asked for.
@Suite("the Agama profile of typed answers")
struct AgamaRoundTripTests {
  private func profile(_ request: RenderRequest) throws -> ReadJSON {
    try ReadJSON(try Sample.text(try Agama().render(request).files.first))
  }

  private func full() -> RenderRequest { SUSESample.request(SUSESample.full(), dialect: "Leap_16.0") }

  @Test("every key of the schema holds what the answers say")
  func fields() throws {
    let answers = SUSESample.full()
    let read = try profile(full())
    #expect(read.text("product", "id") == "Leap_16.0")
    #expect(read.text("questions", "policy") == "auto")
    #expect(read.text("hostname", "static") == "golden.example.org")
    #expect(read.text("localization", "language") == "de_DE.UTF-8")
    #expect(read.text("localization", "keyboard") == "de-nodeadkeys")
    #expect(read.text("localization", "timezone") == "Europe/Berlin")
    #expect(read.text("root", "password") == SUSESample.hash && read.flag("root", "hashedPassword") == true)
    #expect(read.texts("software", "packages") == answers.packages + ["sudo", "chrony", "firewalld"])
    #expect(read.texts("software", "patterns", "add") == answers.groups)
    #expect(read.flag("software", "onlyRequired") == true)
    #expect((0..<3).map { read.text("software", "extraRepositories", $0, "alias") } == ["updates", "tools", "plain"])
    #expect(read.text("bootloader", "extraKernelParams") == answers.kernelArguments.joined(separator: " "))
    #expect(read.flag("bootloader", "stopOnBootMenu") == false && read.at("bootloader", "timeout") == nil)
    #expect(read.text("network", "connections", 0, "method4") == "auto")
  }

  @Test("what the schema has no key for is done by the script in the finished system")
  func script() throws {
    let read = try profile(full())
    #expect(read.flag("scripts", "post", 0, "chroot") == true)
    let script = try #require(read.text("scripts", "post", 0, "content"))
    for part in [
      "useradd --create-home --shell /bin/zsh --comment 'Ada O'\\''Lovelace", "--uid 1815 --groups wheel,users ada",
      "useradd --create-home --shell /bin/bash --groups wheel bob", "ada:\(SUSESample.hash)2",
      "'command=\"a b\" ssh-rsa AAAA it'\\''s'", "--zone=public --add-port=8080/tcp", "--zone=public --add-service=ssh",
      "SELINUX=enforcing", "systemctl enable sshd", "systemctl disable postfix", "systemctl mask getty@tty6.service",
      "zypper --non-interactive --no-refresh remove nano", "server 2001:db8::1 iburst", "run_script late-script-2",
      "require_package NetworkManager",
    ] {
      #expect(script.contains(part), "\(part)")
    }
    let start = try #require(read.text("scripts", "pre", 0, "content"))
    #expect(
      start.contains("agama download 'label://OEMDRV/repository-1.gpg' /usr/lib/rpm/gnupg/keys/gpg-repository-1.gpg"))
    #expect(start.contains("run_script before-script-1") && start.contains("systemd-run"))
  }

  @Test("a locked root keeps a password that nothing matches, because Agama wants one")
  func locked() throws {
    let read = try profile(SUSESample.request(SUSESample.plain(), dialect: "Leap_16.0"))
    #expect(read.text("root", "password") == "!" && read.flag("root", "hashedPassword") == true)
  }

  @Test("SELinux that is disabled is so from the kernel's line on")
  func selinux() throws {
    var answers = SUSESample.plain()
    answers.selinux = .disabled
    answers.kernelArguments = ["quiet"]
    let read = try profile(SUSESample.request(answers, dialect: "Leap_16.0"))
    #expect(read.text("bootloader", "extraKernelParams") == "quiet selinux=0")
  }

  @Test("every layout is the shared one, partition by partition")
  func layouts() throws {
    for layout in SUSESample.layouts() {
      var answers = SUSESample.plain()
      answers.disk = layout
      let request = SUSESample.request(answers, dialect: "Leap_16.0")
      let expected = try PartitionLayout(request)
      let read = try profile(request)
      #expect(read.flag("storage", "boot", "configure") == false)
      #expect(read.text("storage", "drives", 0, "search") == "/dev/vda")
      #expect(read.text("storage", "drives", 0, "ptableType") == expected.label.rawValue)
      #expect(read.flag("storage", "drives", 0, "partitions", 0, "delete") == true)
      #expect(read.count("storage", "drives", 0, "partitions") == expected.partitions.count + 1)
      for (index, partition) in expected.partitions.enumerated() {
        let base: [Any] = ["storage", "drives", 0, "partitions", index + 1]
        let found = try #require(read.at(base[0], base[1], base[2], base[3], base[4]) as? [String: Any])
        check(found, partition.request, holdsFiles: partition.role == .plain || partition.role == .efi)
        switch partition.role {
        case .biosBoot: #expect(found["id"] as? String == "bios_boot")
        case .efi: #expect(found["id"] as? String == "esp")
        case .physicalVolume(let group): #expect(found["alias"] as? String == "pv-\(group)")
        case .plain: #expect(found["id"] as? String == (partition.request.fileSystem == .swap ? "swap" : "linux"))
        }
      }
      for (index, group) in expected.groups.enumerated() {
        #expect(read.text("storage", "volumeGroups", index, "name") == group.name)
        #expect(read.texts("storage", "volumeGroups", index, "physicalVolumes") == ["pv-\(group.name)"])
        for (number, volume) in group.volumes.enumerated() {
          let found = read.at("storage", "volumeGroups", index, "logicalVolumes", number) as? [String: Any] ?? [:]
          #expect(found["name"] as? String == volume.name)
          check(found, volume, holdsFiles: true)
        }
      }
    }
  }

  private func check(_ found: [String: Any], _ wanted: PartitionRequest, holdsFiles: Bool) {
    if let size = wanted.size {
      #expect((found["size"] as? NSNumber)?.int64Value == size.bytes)
    } else {
      #expect((found["size"] as? [String: Any])?["min"] != nil)
    }
    guard holdsFiles else { return }
    let system = found["filesystem"] as? [String: Any] ?? [:]
    #expect(system["path"] as? String == wanted.mountPoint ?? "swap")
    #expect(system["label"] as? String == wanted.fileSystemLabel)
    #expect(system["mkfsOptions"] as? [String] ?? [] == wanted.mkfsOptions)
    let kind = system["type"] as? String ?? (system["type"] as? [String: Any])?.keys.first
    #expect(kind == wanted.fileSystem.rawValue)
  }

  @Test("the kernel line names the profile, the packages and the end; where things lie is not told by the product's id")
  func kernelLine() throws {
    var answers = SUSESample.plain()
    answers.archive.mirror = "https://download.opensuse.org/distribution/leap/16.1"
    var request = SUSESample.request(answers, dialect: "openSUSE_Leap")
    request.hasInstallerImage = true
    var tuning = InstallerTuning()
    tuning.repositoryPath = "repo/oss/x86_64"
    #expect(
      try Agama().kernelArguments(request, tuning: tuning) == [
        "ip=dhcp", "rd.neednet=1", "inst.auto=label://OEMDRV/autoinst.json", "inst.finish=poweroff",
        "inst.self_update=0",
        "inst.install_url=https://download.opensuse.org/distribution/leap/16.1/repo/oss/x86_64",
        "systemd.journald.forward_to_console=1", "console=ttyS0,115200n8", "mitigations=off", "ipv6.disable=1",
      ])
    tuning = InstallerTuning()
    request.hasInstallerImage = false
    let error = #expect(throws: FactoryError.self) { try Agama().kernelArguments(request, tuning: tuning) }
    #expect(error?.message.hasPrefix("'image-path'") == true)
    tuning.append = ["root=live:http://mirror.example.org/agama.iso"]
    let own = try Agama().kernelArguments(request, tuning: tuning)
    #expect(own.count { $0.hasPrefix("root=") } == 1 && own.contains { $0.hasSuffix("/leap/16.1") })
    tuning.append = ["two words"]
    #expect(throws: FactoryError.self) { try Agama().kernelArguments(request, tuning: tuning) }
  }

  @Test("the profile travels on a volume of its own, and the registry knows the format")
  func delivery() {
    #expect(Agama().delivery == .volume(label: "OEMDRV"))
    #expect(AnswerFiles.format(named: "agama") is Agama)
    #expect(Agama().ownFileKernelArguments(fileName: "mine.jsonnet").first == "inst.auto=label://OEMDRV/mine.jsonnet")
    #expect(Agama().oracle(dialect: "Leap_16.0").contains("FILE"))
  }

  @Test("no password hash is in masked text or in any description")
  func secrets() throws {
    let rendered = try Agama().render(full())
    var dumped = ""
    dump(rendered, to: &dumped)
    for text in [rendered.masked, "\(rendered)", dumped, String(reflecting: rendered)] {
      #expect(!text.contains("MARKER"))
    }
    #expect(rendered.masked.contains("ada:******"))
    #expect(rendered.files.map(\.name) == ["autoinst.json", "repository-1.gpg"])
  }
}
