import Foundation
import Model
import SystemPackage
import Testing

@testable import Installers

/// A system of one BusyBox and tools that only write down how they were called, to run a script of the finished system in.
private struct BareSystem {
  static let isPossible = getuid() == 0 && Place.tool("busybox") != nil && Place.tool("chroot") != nil

  let folder: String

  /// `missing` names the packages that `rpm` does not find.
  init(_ folder: String, missing: String = "none") throws {
    self.folder = folder
    let files = FileManager.default
    for name in ["bin", "dev", "etc/sysconfig", "etc/selinux", "tmp", "root", "home/ada"] {
      try files.createDirectory(atPath: folder + "/" + name, withIntermediateDirectories: true)
    }
    try files.copyItem(atPath: try #require(Place.tool("busybox")), toPath: folder + "/bin/busybox")
    for name in ["sh", "base64", "mktemp", "chmod", "chown", "mkdir", "rm", "cat", "sed", "cut", "echo", "id"] {
      try files.createSymbolicLink(atPath: folder + "/bin/" + name, withDestinationPath: "busybox")
    }
    let record = "#!/bin/sh\necho \"${0##*/} $*\" >>/calls\n"
    for name in ["systemctl", "useradd", "groupadd", "zypper"] { try put("bin/" + name, record) }
    try put("bin/firewall-offline-cmd", record + "case $* in *list-services) echo dhcpv6-client ssh ;; esac\n")
    try put("bin/chpasswd", record + "cat >>/calls\n")
    try put("bin/rpm", record + "case $* in *\(missing)) exit 1 ;; esac\n")
    try put("bin/getent", "#!/bin/sh\n[ \"$1\" = passwd ] && echo \"$2:x:1:1::/home/$2:/bin/sh\"\n")
    try put("etc/passwd", "root:x:0:0::/root:/bin/sh\nada:x:1:1::/home/ada:/bin/sh\n")
    try put("etc/group", "root:x:0:\nadm:x:4:\nada:x:1:\n")
    try put(
      "etc/sysconfig/proxy", "PROXY_ENABLED=\"yes\"\nHTTP_PROXY=\"http://10.0.2.2:3142/\"\nNO_PROXY=\"localhost\"\n")
    try put("etc/selinux/config", "SELINUX=disabled\nSELINUXTYPE=targeted\n")
    // A plain file: what the script says when there is no serial port can be read here.
    try put("dev/null", "")
  }

  private func put(_ path: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + path))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder + "/" + path)
  }

  func read(_ path: String) throws -> String { try String(contentsOfFile: folder + "/" + path, encoding: .utf8) }

  /// The exit status, and what the script wrote to the log port.
  func run(_ script: String) throws -> (status: Int32, log: String) {
    try put("script", script)
    let result = try InstallersTests.run(
      "chroot", folder, "/bin/sh", "/script", environment: ["PATH": "/bin:/usr/sbin:/usr/bin"])
    return (result.status, try read("dev/null") + result.output)
  }
}

@Suite("the script of the finished system", .enabled(if: BareSystem.isPossible, "needs root, chroot and busybox"))
struct FinishScriptTests {
  /// The script as each format carries it.
  private static func scripts() throws -> [String] {
    var request = SUSESample.request(SUSESample.full())
    // A binary file, and scripts that can run.
    request.readFile = { path in
      path == "/host/motd" ? [0, 255, 10, 39] : Array("#!/bin/sh\necho \"late as $(id -u)\" >/late\n".utf8)
    }
    request.proxy = "http://10.0.2.2:3142/"
    let payload = try SUSEPayload(request)
    let packages = AutoYaSTSoftware.packages(request.answers)
    var autoYaST = SUSEScript("A test.", request)
    try SUSEFinish(request: request, payload: payload, revealing: true)
      .add(to: &autoYaST, packages: packages, services: AutoYaSTSystem(request).serviceCommands)
    request.dialect = "Leap_16.0"
    let agama = try ReadJSON(try Sample.text(try Agama().render(request).files.first))
    return [autoYaST.text, try #require(agama.text("scripts", "post", 0, "content"))]
  }

  @Test("does everything that was asked for, and says so", arguments: [0, 1])
  func success(format: Int) throws {
    try withFolder { folder in
      let system = try BareSystem(folder)
      let result = try system.run(try Self.scripts()[format])
      #expect(result.status == 0, "\(result.log)")
      #expect(result.log.hasSuffix("\(GuestEvent.phase("the system is complete").line)\n"), "\(result.log)")
      #expect(!result.log.contains("not found") && !result.log.contains("MARKER"), "\(result.log)")
      let placed = try Data(contentsOf: URL(fileURLWithPath: folder + "/etc/motd.d/it's here"))
      #expect(Array(placed) == [0, 255, 10, 39])
      let mode = try FileManager.default.attributesOfItem(atPath: folder + "/etc/motd.d/it's here")[.posixPermissions]
      #expect(mode as? Int == 0o640)
      #expect(try system.read("late") == "late as 0\n")
      #expect(try system.read("etc/sudoers.d/image-factory-1") == "ada ALL=(ALL:ALL) NOPASSWD: ALL\n")
      #expect(try system.read("etc/chrony.d/image-factory.conf").contains("server 2001:db8::1 iburst\n"))
      #expect(
        try system.read("etc/sysconfig/proxy") == "PROXY_ENABLED=\"no\"\nHTTP_PROXY=\"\"\nNO_PROXY=\"localhost\"\n")
      let calls = try system.read("calls")
      #expect(
        calls.contains("systemctl mask getty@tty6.service\n") && calls.contains("systemctl enable fstrim.timer\n"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/tmp").isEmpty)
    }
  }

  @Test("of Agama makes the accounts, the packet filter and SELinux's mode")
  func agama() throws {
    try withFolder { folder in
      let system = try BareSystem(folder)
      #expect(try system.run(try Self.scripts()[1]).status == 0)
      let calls = try system.read("calls")
      let name = SUSESample.full().users[0].fullName
      for call in [
        "useradd --create-home --shell /bin/zsh --comment \(name) --uid 1815 --groups wheel,users ada",
        "groupadd wheel",
        "ada:\(SUSESample.hash)2", "firewall-offline-cmd --zone=public --remove-service-from-zone=dhcpv6-client",
        "firewall-offline-cmd --zone=public --add-port=6000-6010/udp",
        "zypper --non-interactive --no-refresh remove nano",
      ] {
        #expect(calls.contains(call + "\n"), "\(call)")
      }
      let keys = SUSESample.full().users[0].sshKeys.map { $0 + "\n" }.joined()
      #expect(try system.read("home/ada/.ssh/authorized_keys") == keys)
      #expect(try system.read("etc/selinux/config").hasPrefix("SELINUX=enforcing\n"))
    }
  }

  @Test(
    "fails with the reason when a package is missing, and never says that the system is complete", arguments: [0, 1])
  func missing(format: Int) throws {
    try withFolder { folder in
      let system = try BareSystem(folder, missing: "NetworkManager")
      let result = try system.run(try Self.scripts()[format])
      #expect(result.status == 1)
      let last = result.log.split(separator: "\n").last.map(String.init) ?? ""
      guard case .failure(let reason)? = GuestEvent(line: last) else {
        Issue.record("no event: \(last)")
        return
      }
      #expect(reason.contains("the package NetworkManager is not installed"))
      #expect(!result.log.contains("the system is complete"))
    }
  }
}

@Suite("the pumps of the installers' logs")
struct LogPumpTests {
  private static let lines = [
    "<1> first", "<1> user_password\"=>\"$6$salt$MARKER\", \"x\"", "<1> umount_finish.rb done",
    "agamactl: Install phase done",
  ]

  @Test("YaST's hides hashes and the profile, and says the last word")
  func autoYaST() throws {
    let source = "printf '%s\\n' \(ShellWords.join(Self.lines + ["Current Profile = MARKER"]))"
    let text = AutoYaSTScripts.pipeline(tail: "-n 0").replacing("tail -n 0 -F /var/log/YaST2/y2log", with: source)
    let result = try run("sh", "-c", text)
    #expect(result.output.contains("<1> first\n") && !result.output.contains("MARKER"))
    #expect(result.output.contains("umount_finish.rb done\n\(GuestEvent.finished.line)\n"), "\(result.output)")
  }

  @Test("Agama's hides hashes, and says the last word")
  func agama() throws {
    let request = SUSESample.request(SUSESample.plain(), dialect: "Leap_16.0")
    let profile = try ReadJSON(try Sample.text(try Agama().render(request).files.first))
    let script = try #require(profile.text("scripts", "pre", 0, "content"))
    let start = try #require(script.range(of: "<<'PUMP'\n")).upperBound
    let end = try #require(script.range(of: "\nPUMP\n")).lowerBound
    let text = String(script[start..<end])
      .replacing(
        "journalctl --follow --lines=all --no-hostname --output=short",
        with: "printf '%s\\n' \(ShellWords.join(Self.lines))"
      )
      .replacing(">/dev/ttyS1", with: "")
    let result = try run("sh", "-c", text)
    #expect(result.output.contains("<1> first\n") && !result.output.contains("MARKER"))
    #expect(result.output.contains("Install phase done\n\(GuestEvent.finished.line)\n"), "\(result.output)")
  }
}
