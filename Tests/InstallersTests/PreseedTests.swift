import Foundation
import Installers
import Model
import SystemPackage
import Testing

@Suite("the preseed of typed answers")
struct PreseedTests {
  @Test("every question is answered once and no backslash is in the file", arguments: Sample.requests().indices)
  func answersOnce(index: Int) throws {
    let text = try Sample.text(try Preseed().render(Sample.requests()[index]).files.first)
    let keys = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ")[1] }
    #expect(Set(keys).count == keys.count)
    #expect(!text.contains("\\"))
    #expect(text.hasSuffix("\n"))
  }

  @Test("typed settings become the installer's answers")
  func translates() throws {
    let text = try Sample.text(try Preseed().render(Sample.request(Sample.full())).files.first)
    let answers = Sample.answers(text)
    let expected = [
      "debian-installer/locale": "de_DE.UTF-8", "keyboard-configuration/xkb-keymap": "de",
      "time/zone": "Europe/Berlin", "netcfg/hostname": "golden", "netcfg/get_domain": "example.org",
      "mirror/http/hostname": "ftp.debian.org", "mirror/http/directory": "/debian", "mirror/suite": "bookworm",
      "apt-setup/services-select": "security, updates", "apt-setup/security_host": "security.debian.org",
      "apt-setup/contrib": "true", "apt-setup/non-free": "false", "base-installer/install-recommends": "false",
      "apt-setup/local0/repository": "https://repo.example.org/deb stable main extra",
      "apt-setup/local0/key": "file:///repository-1.key", "pkgsel/run_tasksel": "true",
      "tasksel/first": "standard, ssh-server", "pkgsel/include": "openssh-server vim sudo systemd-timesyncd",
      "debian-installer/add-kernel-opts": "console=tty0 console=ttyS0,115200n8 net.ifnames=0",
      "passwd/root-password-crypted": "*", "partman/early_command": "sh /before.sh",
      "debian-installer/exit/poweroff": "true",
    ]
    for (key, value) in expected { #expect(answers[key] == value, "\(key)") }
    #expect(answers["mirror/udeb/suite"] == nil)
  }

  @Test("a security mirror that the installer has no question for becomes a repository")
  func securityElsewhere() throws {
    var answers = Sample.plain()
    answers.archive.securityMirror = "https://mirror.example.org/sec"
    let got = Sample.answers(try Sample.text(try Preseed().render(Sample.request(answers)).files.first))
    #expect(got["apt-setup/services-select"] == "updates")
    #expect(got["apt-setup/local0/repository"] == "https://mirror.example.org/sec trixie-security main")
  }

  @Test("the pinned installer's suite, key and proxy are answered; its key is trusted beside Debian's")
  func pinned() throws {
    let rendered = try Preseed().render(Sample.requests()[1])
    let got = Sample.answers(try Sample.text(rendered.files.first))
    #expect(got["mirror/udeb/suite"] == "trixie-pinned")
    #expect(got["mirror/suite"] == "trixie")
    #expect(got["mirror/http/proxy"] == "http://10.0.2.2:3142/")
    let early = try Sample.text(rendered.file("early.sh"))
    #expect(early.contains("debian-archive-keyring.gpg /pin.gpg >/usr/share/keyrings/archive.gpg"))
  }

  @Test("updates are known before the kernel is installed, unless they come by https")
  func updatesFirst() throws {
    let rendered = try Preseed().render(Sample.request(Sample.plain()))
    let hook = try Sample.text(rendered.file("updates.sh"))
    #expect(hook.contains("\ndeb http://security.debian.org/debian-security trixie-security main\n"))
    #expect(hook.contains("\ndeb http://ftp.debian.org/debian trixie-updates main\n"))
    let list = "rm -f /target/etc/apt/sources.list.d/image-factory-updates.list"
    #expect(try Sample.text(rendered.file("seal.sh")).contains(list))
    #expect(try Preseed().render(Sample.requests()[4]).file("updates.sh") == nil)
  }

  @Test("without the hold no hook of it is rendered or placed")
  func noHold() throws {
    let rendered = try Preseed().render(Sample.requests()[3])
    #expect(rendered.file("hold-initramfs.sh") == nil)
    #expect(try !Sample.text(rendered.file("early.sh")).contains("hold-initramfs"))
    #expect(try !Sample.text(rendered.file("late.sh")).contains("dpkg-divert"))
  }

  @Test("the held initramfs is made after the user's scripts and before the boot loader's menu")
  func order() throws {
    let late = try Sample.text(try Preseed().render(Sample.request(Sample.full())).file("late.sh"))
    let places = ["run_in_target /late-script-2", "update-initramfs -c", "in-target update-grub"].map { part in
      late.range(of: part)?.lowerBound
    }
    #expect(!places.contains(nil) && places.compactMap { $0 }.sorted() == places.compactMap { $0 })
  }

  @Test("nothing of the installer's kernel line is copied into the finished system")
  func kernelLine() throws {
    var tuning = InstallerTuning()
    tuning.noRandomization = true
    tuning.append = ["debian-installer/x=y"]
    let request = Sample.request(Sample.full())
    let words = try Preseed().kernelArguments(request, tuning: tuning)
    #expect(
      words == [
        "priority=critical", "DEBIAN_FRONTEND=text", "DEBCONF_DEBUG=5", "console=ttyS0,115200n8", "norandmaps",
        "mitigations=off", "ipv6.disable=1", "net.ifnames=0", "debian-installer/x=y", "---",
      ])
    tuning.append = ["two words"]
    #expect(throws: FactoryError.self) { try Preseed().kernelArguments(request, tuning: tuning) }
  }

  @Test("a user's own file gets the Python tool's kernel line")
  func ownFile() {
    #expect(Preseed().ownFileKernelArguments(fileName: "mine.cfg") == ["preseed/url=file:///mine.cfg"])
  }

  @Test("no password hash is in the answer file, in masked text, or in any description")
  func secrets() throws {
    let rendered = try Preseed().render(Sample.request(Sample.full()))
    for file in rendered.files where file.name != "accounts" {
      #expect(!String(decoding: file.contents, as: UTF8.self).contains("MARKER"), "\(file.name)")
    }
    #expect(try Sample.text(rendered.file("accounts")) == "root:\(Sample.hash)\nada:\(Sample.hash)2\n")
    #expect(rendered.file("accounts")?.mode == 0o600)
    #expect(rendered.masked.contains("root:******\nada:******\n"))
    var dumped = ""
    dump(rendered, to: &dumped)
    for text in [rendered.masked, "\(rendered)", dumped, String(reflecting: rendered)] {
      #expect(!text.contains("MARKER"))
    }
  }

  @Test("the registry knows the format by its name")
  func registry() {
    #expect(AnswerFiles.names.first == "preseed")
    #expect(AnswerFiles.format(named: "preseed") is Preseed)
    #expect(AnswerFiles.format(named: "nonsense") == nil)
  }
}
