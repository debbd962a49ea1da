import Foundation
import Model
import Testing

@testable import Installers

private let needsPython = ConditionTrait.enabled(
  if: AutoinstallSample.python != nil, "needs the Python of Tests/oracles")

@Suite("the autoinstall file of typed answers")
struct AutoinstallTests {
  @Test("user data comes first and begins with cloud-init's mark, meta data and scripts beside it")
  func files() throws {
    let rendered = try Autoinstall().render(AutoinstallSample.request(AutoinstallSample.full()))
    #expect(
      rendered.files.map(\.name) == [
        "user-data", "meta-data", "early.sh", "late.sh", "error.sh", "authorized-keys-1", "accounts", "file-1",
        "before-script-1", "late-script-2", "error-script-3",
      ])
    #expect(try Sample.text(rendered.files.first).hasPrefix("#cloud-config\n"))
    #expect(try Sample.text(rendered.file("meta-data")) == "instance-id: image-factory\n")
    #expect(rendered.files.allSatisfy { $0.mode & 0o077 == 0 })
    #expect(Autoinstall().delivery == .volume(label: "CIDATA"))
  }

  @Test("every field reads back with PyYAML as it was meant", needsPython)
  func roundTrip() throws {
    let got = try AutoinstallSample.parsed(AutoinstallSample.request(AutoinstallSample.full()))
    let expected = [
      "version": "1", "locale": #""de_DE.UTF-8""#, "keyboard": #"{"layout":"de","variant":"nodeadkeys"}"#,
      "timezone": #""Europe/Berlin""#, "user-data": #"{"users":[]}"#, "ssh": #"{"install-server":true}"#,
      "packages": #"["openssh-server","vim","sudo","ufw","standard^"]"#, "updates": #""all""#,
      "shutdown": #""poweroff""#, "refresh-installer": #"{"update":false}"#,
      "reporting": #"{"builtin":{"type":"print"}}"#, "source": #"{"search_drivers":false}"#,
      "drivers": #"{"install":false}"#, "oem": #"{"install":false}"#,
      "apt.mirror-selection": #"{"primary":[{"uri":"http://archive.ubuntu.com/ubuntu"}]}"#,
      "apt.fallback": #""abort""#, "apt.geoip": "false", "apt.preserve_sources_list": "false",
      "apt.security": #"[{"arches":["default"],"uri":"http://security.ubuntu.com/ubuntu"}]"#,
      "apt.disable_components": #"["universe","multiverse"]"#,
      "apt.conf": #""APT::Install-Recommends \"false\";\n""#,
      "late-commands": #"[["sh","/var/lib/image-factory/late.sh"]]"#,
    ]
    for (path, json) in expected { #expect(try AutoinstallSample.json(got, path) == json, "\(path)") }
    let apt = try #require(got["apt"] as? [String: Any])
    let source = try #require((apt["sources"] as? [String: [String: String]])?["tools.list"])
    #expect(source["source"] == "deb https://repo.example.org/deb stable main extra")
    #expect(source["key"] == OpenPGPArmor.armored([0x99, 0x01, 0x0D, 0x04]))
  }

  @Test("what only newer installers know is left out for older ones, in favour of what they have", needsPython)
  func dialects() throws {
    let all = try AutoinstallSample.dialects.map {
      try AutoinstallSample.parsed(AutoinstallSample.request(AutoinstallSample.plain(), $0))
    }
    #expect(all.map { $0["oem"] != nil } == [false, true, true])
    #expect(all.map { $0["kernel-crash-dumps"] != nil } == [false, false, true])
    let apt = try all.map { try #require($0["apt"] as? [String: Any]) }
    #expect(apt.map { $0["mirror-selection"] != nil } == [false, true, true])
    #expect(apt.map { $0["fallback"] != nil } == [false, true, true])
    let primary = try AutoinstallSample.json(all[0], "apt.primary")
    #expect(primary == #"[{"arches":["default"],"uri":"http://archive.ubuntu.com/ubuntu"}]"#)
  }

  @Test("the build's proxy is apt's only, and looked for in the finished system", needsPython)
  func proxy() throws {
    let request = try #require(AutoinstallSample.requests().last)
    let got = try AutoinstallSample.parsed(request)
    #expect(got["proxy"] == nil)
    let apt = try #require(got["apt"] as? [String: Any])
    #expect(apt["http_proxy"] as? String == "http://10.0.2.2:3142/")
    #expect(apt["disable_suites"] as? [String] == ["updates", "security"])
    #expect(try late(request).contains("grep -rF '10.0.2.2:3142' /target/etc/apt"))
  }

  @Test("no hash is in the answer file, in masked text, or in any description")
  func secrets() throws {
    let rendered = try Autoinstall().render(AutoinstallSample.request(AutoinstallSample.full()))
    for file in rendered.files where file.name != "accounts" {
      #expect(!String(decoding: file.contents, as: UTF8.self).contains("MARKER"), "\(file.name)")
    }
    #expect(try Sample.text(rendered.file("accounts")) == "root:\(Sample.hash)\nada:\(Sample.hash)2\n")
    var dumped = ""
    dump(rendered, to: &dumped)
    for text in [rendered.masked, "\(rendered)", dumped] { #expect(!text.contains("MARKER")) }
  }

  @Test("the late script's parts stand in an order in which none undoes another")
  func order() throws {
    let late = try late(AutoinstallSample.request(AutoinstallSample.full()))
    let parts = [
      "99-installer.cfg", "rm -f /target/etc/netplan/", "useradd", "chpasswd", "purge nano", "ufw allow 22/tcp",
      "ENABLED=yes", "place_file /var/lib", "systemctl mask", "run_in_target late-script-2", "update-grub",
      "/var/lib/apt/lists/", "image-factory-event: done",
    ]
    let places = parts.map { part in late.firstRange(of: part)?.lowerBound }
    #expect(!places.contains(nil))
    #expect(places.compactMap { $0 }.sorted() == places.compactMap { $0 })
    #expect(late.contains("in_target ufw allow 8000:8010/udp") && late.contains("in_target ufw allow https"))
    #expect(late.contains("server time.example.org iburst") && late.contains("NTP=time.example.org 2001:db8::1"))
    #expect(late.contains("GRUB_CMDLINE_LINUX=\"console=tty0 console=ttyS0,115200n8 net.ifnames=0\""))
    #expect(late.contains("127.0.1.1 golden.example.org golden"))
  }

  @Test("a script that fails tells its step on the log's port")
  func failure() throws {
    try withFolder { folder in
      let whole = try late(AutoinstallSample.request(AutoinstallSample.plain()))
      // The head alone, with a port and a log of the test, and a step that fails.
      let head = whole.split(separator: "\n", omittingEmptySubsequences: false).prefix { !$0.hasPrefix("phase ") }
        .joined(separator: "\n").replacing("/dev/ttyS1", with: "\(folder)/port")
        .replacing("/var/log/installer/image-factory.log", with: "\(folder)/log")
        .replacing("cd /var/lib/image-factory", with: "cd \(folder)")
        .replacing(">\"$port\"", with: ">>\"$port\"")
      let script = folder + "/late.sh"
      try Data((head + "\nphase 'step one'\nphase two\nfalse\nphase three\n").utf8).write(
        to: URL(fileURLWithPath: script))
      #expect(try run("sh", script).status == 1)
      let said = try String(contentsOfFile: folder + "/port", encoding: .utf8).split(separator: "\n")
      #expect(
        said.map { GuestEvent(line: String($0)) } == [
          .phase("step one"), .phase("two"), .failure("late.sh failed in the step 'two'"),
        ])
    }
  }

  @Test("the kernel line confirms the installation and leaves nothing to the finished system")
  func kernelLine() throws {
    var tuning = InstallerTuning()
    tuning.noRandomization = true
    tuning.append = ["quiet"]
    let request = AutoinstallSample.request(AutoinstallSample.plain())
    #expect(
      try Autoinstall().kernelArguments(request, tuning: tuning) == [
        "autoinstall", "ds=nocloud", "fsck.mode=skip", "console=ttyS0,115200n8", "norandmaps", "mitigations=off",
        "ipv6.disable=1", "quiet", "---",
      ])
    tuning.append = ["a b"]
    #expect(throws: FactoryError.self) { try Autoinstall().kernelArguments(request, tuning: tuning) }
  }

  @Test("a user's own file is the volume's user data, with meta data beside it")
  func ownFile() {
    #expect(Autoinstall().ownFileName == "user-data")
    #expect(Autoinstall().ownFileWatch.files.map(\.name) == ["meta-data"])
    #expect(Autoinstall().ownFileKernelArguments(fileName: "mine.yaml").prefix(2) == ["autoinstall", "ds=nocloud"])
    #expect(AnswerFiles.format(named: "autoinstall") is Autoinstall)
  }

  private func late(_ request: RenderRequest) throws -> String {
    try Sample.text(try Autoinstall().render(request).file("late.sh"))
  }
}
