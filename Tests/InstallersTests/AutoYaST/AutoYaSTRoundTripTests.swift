import Foundation
import Installers
import Model
import Testing

/// What is rendered, read back by a parser that is not ours, is what was asked for.
@Suite("the AutoYaST profile of typed answers", .enabled(if: Place.tool("python3") != nil, "needs python3"))
struct AutoYaSTRoundTripTests {
  private func profile(_ request: RenderRequest) throws -> ReadProfile {
    try ReadProfile.read([try Sample.text(try AutoYaST().render(request).files.first)])[0]
  }

  @Test("basics, accounts and software are those of the answers")
  func fields() throws {
    let answers = SUSESample.full()
    let read = try profile(SUSESample.request(answers))
    #expect(read.value("language", "language") == "de_DE")
    #expect(read.value("keyboard", "keymap") == "de-nodeadkeys")
    #expect(read.value("timezone", "timezone") == answers.timeZone && read.value("timezone", "hwclock") == "UTC")
    #expect(read.value("networking", "dns", "hostname") == "golden")
    #expect(read.value("networking", "dns", "domain") == "example.org")
    let users = read.all("users", "user")
    #expect(users.map { $0.value("username") } == ["root", "ada", "bob"])
    #expect(users.allSatisfy { $0.value("encrypted") == "true" })
    #expect(users.map { $0.value("user_password") } == [SUSESample.hash, SUSESample.hash + "2", "!"])
    #expect(users[1].value("fullname") == answers.users[0].fullName)
    #expect(users[1].value("uid") == "1815" && users[1].value("shell") == "/bin/zsh")
    #expect(users[1].all("authorized_keys", "authorized_key").map(\.text) == answers.users[0].sshKeys)
    let groups = read.all("groups", "group").map { [$0.value("groupname"), $0.value("userlist")] }
    #expect(groups == [["wheel", "ada,bob"], ["users", "ada"]])
    #expect(
      read.all("software", "packages", "package").map(\.text) == answers.packages + ["sudo", "chrony", "firewalld"])
    #expect(read.all("software", "remove-packages", "package").map(\.text) == ["nano"])
    #expect(read.all("software", "patterns", "pattern").map(\.text) == answers.groups)
    #expect(read.all("software", "products", "product").map(\.text) == ["Leap"])
    #expect(read.value("software", "install_recommended") == "false")
    let repositories = read.all("add-on", "add_on_others", "listentry")
    #expect(repositories.map { $0.value("alias") } == ["updates", "tools", "plain"])
    #expect(repositories[1].value("media_url") == "https://repo.example.org/rpm")
  }

  @Test("services, packet filter, SELinux and boot loader are those of the answers")
  func system() throws {
    let read = try profile(SUSESample.request(SUSESample.full()))
    #expect(read.all("services-manager", "services", "enable", "service").map(\.text) == ["sshd", "chronyd"])
    #expect(read.all("services-manager", "services", "disable", "service").map(\.text) == ["postfix"])
    #expect(read.value("firewall", "enable_firewall") == "true")
    #expect(read.all("firewall", "zones", "zone", "ports", "port").map(\.text) == ["8080/tcp", "6000-6010/udp"])
    #expect(read.all("firewall", "zones", "zone", "services", "service").map(\.text) == ["ssh"])
    #expect(read.value("security", "selinux_mode") == "enforcing")
    #expect(read.value("bootloader", "loader_type") == "grub2")
    #expect(read.value("bootloader", "global", "append") == "console=tty0 console=ttyS0,115200n8 net.ifnames=0")
    #expect(read.value("bootloader", "global", "serial") == "serial --unit=0 --speed=115200")
    let script = try #require(read.value("scripts", "chroot-scripts", "script", "source"))
    for part in [
      "systemctl enable fstrim.timer", "systemctl mask getty@tty6.service", "server time.example.org iburst",
      "'ada ALL=(ALL:ALL) NOPASSWD: ALL'", "place_file '/etc/motd.d/it'\\''s here' 0640 root:adm",
      "run_script late-script-2",
    ] {
      #expect(script.contains(part), "\(part)")
    }
    #expect(read.value("scripts", "pre-scripts", "script", "source")?.contains("run_script before-script-1") == true)
  }

  @Test("nothing asks, nothing waits, and the machine halts after the first stage")
  func silent() throws {
    for request in SUSESample.requests(dialect: "SLE-15-SP6") {
      let read = try profile(request)
      #expect(read.value("general", "mode", "confirm") == "false")
      #expect(read.value("general", "mode", "second_stage") == "false")
      #expect(read.value("general", "mode", "halt") == (request.powerOff ? "true" : "false"))
      #expect(read.value("general", "mode", "final_halt") == "false")
      #expect(read.all("general", "signature-handling")[0].children.count == 6)
      for kind in ["errors", "messages", "warnings", "yesno_messages"] {
        #expect(read.value("report", kind, "show") == "false")
      }
      #expect(
        read.all("scripts").flatMap { $0.children.flatMap(\.children) }.allSatisfy { $0.value("feedback") == "false" })
    }
  }

  @Test("every layout is the shared one, partition by partition")
  func layouts() throws {
    for layout in SUSESample.layouts() {
      var answers = SUSESample.plain()
      answers.disk = layout
      let request = SUSESample.request(answers)
      let expected = try PartitionLayout(request)
      let drives = try profile(request).all("partitioning", "drive")
      #expect(drives.count == 1 + expected.groups.count)
      #expect(drives[0].value("device") == "/dev/vda" && drives[0].value("disklabel") == expected.label.rawValue)
      let partitions = drives[0].all("partitions", "partition")
      #expect(partitions.map { $0.value("size") } == expected.partitions.map { $0.size.map { "\($0.bytes)" } ?? "max" })
      let ids = expected.partitions.map { partition in
        switch partition.role {
        case .biosBoot: "263"
        case .efi: "259"
        case .physicalVolume: "142"
        case .plain: partition.request.fileSystem == .swap ? "130" : "131"
        }
      }
      #expect(partitions.map { $0.value("partition_id") } == ids)
      let volumes = drives.dropFirst().flatMap { $0.all("partitions", "partition") }
      let found = (partitions + volumes).filter { $0.value("format") == "true" }
      let wanted =
        expected.partitions.filter { $0.role == .plain || $0.role == .efi }.map(\.request)
        + expected.groups.flatMap(\.volumes)
      #expect(found.map { $0.value("filesystem") } == wanted.map(\.fileSystem.rawValue))
      #expect(found.map { $0.value("mount") } == wanted.map { $0.mountPoint ?? "swap" })
      #expect(found.map { $0.value("label") } == wanted.map(\.fileSystemLabel))
      #expect(found.map { $0.value("mkfs_options") } == wanted.map { $0.mkfsOptions.isEmpty ? nil : "-K" })
      let loader = layout.firmware == .uefi ? "grub2-efi" : "grub2"
      #expect(try profile(request).value("bootloader", "loader_type") == loader)
    }
  }

  @Test("hostile values arrive byte for byte or are refused by their setting, and add no element")
  func hostile() throws {
    var random = SeededNumbers(20_261_121)
    let fields: [(setting: String, put: @Sendable (inout InstallAnswers, String) -> Void, path: [String])] = [
      ("user:ada", { $0.users[0].fullName = $1 }, ["users", "user", "fullname"]),
      ("user:ada", { $0.users[0].sshKeys = [$1] }, ["users", "user", "authorized_keys", "authorized_key"]),
      ("user:ada", { $0.users[0].shell = $1 }, ["users", "user", "shell"]),
      ("hostname", { $0.hostname = $1 }, ["networking", "dns", "hostname"]),
      ("timezone", { $0.timeZone = $1 }, ["timezone", "timezone"]),
      ("packages", { $0.packages = [$1] }, ["software", "packages", "package"]),
      ("groups", { $0.groups = [$1] }, ["software", "patterns", "pattern"]),
      ("kernel-arguments", { $0.kernelArguments = [$1] }, ["bootloader", "global", "append"]),
      ("firewall-open", { $0.firewall?.open = [$1] }, ["firewall", "zones", "zone", "services", "service"]),
      ("time-servers", { $0.timeServers = [$1] }, []),
      ("services-mask", { $0.services.masked = [$1] }, []),
    ]
    var texts: [String] = []
    var expected: [(value: String, path: [String])] = []
    for round in 0..<600 {
      let field = fields[round % fields.count]
      let value =
        round < SUSESample.hostile.count * fields.count
        ? SUSESample.hostile[round / fields.count] : random.hostile()
      var answers = SUSESample.full()
      field.put(&answers, value)
      do {
        texts.append(try Sample.text(try AutoYaST().render(SUSESample.request(answers)).files.first))
        expected.append((value, field.path))
      } catch let error as FactoryError {
        #expect(error.message.contains("'\(field.setting)'"), "\(error.message)")
        #expect(!error.message.contains("\n"))
      }
    }
    #expect(texts.count > 50)
    for (read, wanted) in zip(try ReadProfile.read(texts), expected) where !wanted.path.isEmpty && !wanted.value.isEmpty
    {
      let found = wanted.path.reduce([read]) { nodes, name in nodes.flatMap { $0.children.filter { $0.name == name } } }
      #expect(found.contains { $0.text == wanted.value }, "\(wanted.path)")
      #expect(Set(read.children.map(\.name)).count == read.children.count)
      #expect(read.all("users", "user").count == 3)
    }
  }

  @Test("no password hash is in masked text or in any description")
  func secrets() throws {
    let rendered = try AutoYaST().render(SUSESample.request(SUSESample.full()))
    #expect(try Sample.text(rendered.files.first).contains("MARKER"))
    #expect(rendered.masked.contains("<user_password>******</user_password>"))
    var dumped = ""
    dump(rendered, to: &dumped)
    for text in [rendered.masked, "\(rendered)", dumped, String(reflecting: rendered)] {
      #expect(!text.contains("MARKER"))
    }
    #expect(rendered.files.map(\.name) == ["autoinst.xml", "repository-1.gpg"])
    #expect(rendered.files[0].mode == 0o600)
  }
}
