import Foundation
import Installers
import Model
import Testing

@Suite("the Kickstart") struct KickstartTests {
  @Test("is one file, which Anaconda looks for in the initrd")
  func files() throws {
    let rendered = try Kickstart().render(KickstartSample.request(KickstartSample.full(), "RHEL9"))
    #expect(rendered.files.map(\.name) == ["ks.cfg"] && rendered.files[0].mode == 0o600)
    #expect(AnswerFiles.format(named: "kickstart") is Kickstart)
  }

  @Test("shows people neither hashes nor copied files", arguments: KickstartSample.dialects)
  func masking(dialect: String) throws {
    let rendered = try Kickstart().render(KickstartSample.request(KickstartSample.full(), dialect))
    let masked = rendered.masked
    #expect(!masked.contains("MARKER"))
    #expect(masked.contains("rootpw --iscrypted ******\n") && masked.contains("--password=******"))
    #expect(masked.contains("<<'END'\n(26 bytes)\nEND\n"), "\(masked)")
    let text = try Sample.text(rendered.files.first)
    #expect(text.contains("MARKER"))
    #expect(masked.split(separator: "\n").count <= text.split(separator: "\n").count)
  }

  @Test("has a kernel line of words that Anaconda knows", .enabled(if: Place.shared != nil, "needs ../shared"))
  func kernelWords() throws {
    let path = try #require(Place.shared) + "/validators/kickstart/anaconda-boot-options-f42.txt"
    let known = Set(try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init))
    let request = KickstartSample.request(KickstartSample.full(), "RHEL9")
    let words = try Kickstart().kernelArguments(request, tuning: InstallerTuning()) + Kickstart().ownFileWatch.arguments
    let own = words.filter { $0.hasPrefix("inst.") }.map { String($0.prefix { $0 != "=" }) }
    #expect(own.count == 6)
    for word in own { #expect(known.contains(word), "\(word)") }
  }

  @Test("has the kernel line of an unattended installation over the network")
  func kernelLine() throws {
    let request = KickstartSample.request(KickstartSample.plain(), "RHEL9")
    var tuning = InstallerTuning()
    tuning.noRandomization = true
    tuning.append = ["inst.zram=1"]
    #expect(
      try Kickstart().kernelArguments(request, tuning: tuning) == [
        "inst.ks=file:/ks.cfg", "inst.repo=" + KickstartSample.mirror, "inst.cmdline", "inst.notmux", "inst.nosave=all",
        "console=ttyS0,115200n8", "ip=dhcp", "rd.neednet=1", "norandmaps", "mitigations=off", "ipv6.disable=1",
        "inst.zram=1",
      ])
  }

  @Test("of the user's own is named as the Python tool did")
  func ownFile() {
    #expect(Kickstart().ownFileKernelArguments(fileName: "my.cfg") == ["inst.ks=file:///my.cfg", "ks=file:///my.cfg"])
    #expect(Kickstart().oracle(dialect: "F44") == "ksvalidator -v F44 FILE")
  }

  @Test("sends its log and its steps through the port that the machine has")
  func port() throws {
    var request = KickstartSample.request(KickstartSample.full(), "RHEL10")
    request.logPort = "virtio-ports/log.0"
    let text = try KickstartSample.text(request)
    #expect(text.contains("/tmp/program.log \\\n  </dev/null >/dev/virtio-ports/log.0 2>/dev/null &"))
    #expect(!text.contains("ttyS1"))
    #expect(text.contains("\"image-factory-event: $*\" >/dev/virtio-ports/log.0"))
  }

  @Test("fails when one of its sections fails, except where it has failed already")
  func sections() throws {
    let text = try KickstartSample.text(KickstartSample.request(KickstartSample.full(), "RHEL9"))
    let headers = text.split(separator: "\n").filter { $0.hasPrefix("%") && $0 != "%end" && !$0.hasPrefix("%packages") }
    #expect(headers.count == 7)
    for header in headers where !header.hasPrefix("%onerror") { #expect(header.contains(" --erroronfail ")) }
  }

  @Test("takes what the installer keeps of its kernel line out of the finished system")
  func bootLoader() throws {
    var answers = KickstartSample.plain()
    answers.kernelArguments = ["net.ifnames=0", "console=ttyS0,115200n8", "console=tty0"]
    let text = try KickstartSample.text(KickstartSample.request(answers, "RHEL10"))
    try withFolder { folder in
      let marker = "# Only what was asked for stays of the kernel line of the build.\n"
      let script = text.components(separatedBy: marker)[1].components(separatedBy: "\n%end")[0]
        .replacingOccurrences(of: " /boot/", with: " \(folder)/boot/")
        .replacingOccurrences(of: " /etc/", with: " \(folder)/etc/")
        .replacingOccurrences(of: ">>/etc", with: ">>\(folder)/etc")
      let files = [
        "boot/loader/entries/x.conf":
          "title X\noptions root=UUID=1 ro net.ifnames=0 console=tty0 console=ttyS0,115200n8 ipv6.disable=1\n",
        "etc/kernel/cmdline": "root=UUID=1 ro console=ttyS0,115200n8\n",
        "etc/default/grub":
          "GRUB_TIMEOUT=5\nGRUB_TERMINAL=\"serial console\"\nGRUB_SERIAL_COMMAND=\"serial --speed=115200\"\n"
          + "GRUB_CMDLINE_LINUX=\"net.ifnames=0 console=ttyS0,115200n8 ipv6.disable=1\"\n",
      ]
      for (name, contents) in files {
        let url = URL(fileURLWithPath: folder + "/" + name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(contents.utf8).write(to: url)
      }
      let result = try run("bash", "-eu", "-o", "pipefail", "-c", script)
      #expect(result.status == 0 && result.output.isEmpty, "\(result.output)")
      func words(_ name: String, _ prefix: String) throws -> [String] {
        let lines = try String(contentsOfFile: folder + "/" + name, encoding: .utf8).split(separator: "\n")
        let line = lines.first { $0.hasPrefix(prefix) } ?? ""
        return line.dropFirst(prefix.count).replacingOccurrences(of: "\"", with: "").split(separator: " ").map(
          String.init)
      }
      let consoles = ["console=ttyS0,115200n8", "console=tty0"]
      #expect(
        try words("boot/loader/entries/x.conf", "options ") == ["root=UUID=1", "ro", "net.ifnames=0"] + consoles)
      #expect(try words("etc/kernel/cmdline", "") == ["root=UUID=1", "ro"] + consoles)
      #expect(try words("etc/default/grub", "GRUB_CMDLINE_LINUX=") == ["net.ifnames=0"] + consoles)
      #expect(try words("etc/default/grub", "GRUB_SERIAL_COMMAND=") == ["serial", "--unit=0", "--speed=115200"])
    }
  }

  @Test("asks for the language's own package, without which the installer falls back to C.UTF-8")
  func language() throws {
    var answers = KickstartSample.plain()
    answers.locale = "de_DE.UTF-8"
    #expect(try KickstartSample.text(KickstartSample.request(answers, "F44")).contains("\nglibc-langpack-de\n"))
    answers.locale = "C.UTF-8"
    #expect(try !KickstartSample.text(KickstartSample.request(answers, "F44")).contains("langpack"))
  }
}
