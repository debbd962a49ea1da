import Foundation
import HostSystem
import Installers
import Model
import Settings
import SystemPackage
import Testing

@testable import Pipeline

@Suite("a new release")
struct NewReleaseTests {
  struct Family: Sendable, CustomTestStringConvertible {
    var name: String
    var format: String
    /// Five lines; the first is the section.
    var lines: String
    /// A part of the kernel's URL in the plan.
    var kernel: String
    /// The release as its format names it, and words of its installer's kernel line.
    var dialect = ""
    var words: [String] = []
    var testDescription: String { name }
  }

  private static let families = [
    Family(
      name: "debian-14", format: "preseed",
      lines: "[debian-14]\ninherits = debian\ndescription = Debian 14 (forky)\nrelease = 14\nsuite = forky\n",
      kernel: "installer/linux"),
    Family(
      name: "rocky-11", format: "kickstart",
      lines: "[rocky-11]\ninherits = rocky\nrelease = 11\nanswer-dialect = RHEL10\ncpu-level = 3\n",
      kernel: "https://download.rockylinux.org/pub/rocky/11/BaseOS/x86_64/os/images/pxeboot/vmlinuz"),
    Family(
      name: "fedora-45", format: "kickstart",
      lines: "[fedora-45]\ninherits = fedora\nrelease = 45\nanswer-dialect = F44\nram = 5G\n",
      kernel: "https://dl.fedoraproject.org/pub/fedora/linux/releases/45/Everything/x86_64/os/images/pxeboot/vmlinuz"),
    Family(
      name: "opensuse-leap-15.7", format: "autoyast",
      lines: "[opensuse-leap-15.7]\ninherits = opensuse\nrelease = 15.7\nanswer-dialect = SLE-15-SP7\nram = 3G\n",
      kernel: "leap/15.7/repo/oss/boot/x86_64/loader/linux"),
    Family(
      name: "opensuse-leap-16.1", format: "agama",
      lines:
        "[opensuse-leap-16.1]\ninherits = opensuse-leap-16\nrelease = 16.1\nosinfo = linux2022\nram = 5G\n",
      kernel: "iso:/boot/x86_64/loader/linux", dialect: "openSUSE_Leap",
      words: ["inst.install_url=https://download.opensuse.org/distribution/leap/16.1/repo/oss/x86_64"]),
    Family(
      name: "ubuntu-24.04-again", format: "autoinstall",
      lines: "[ubuntu-24.04-again]\ninherits = ubuntu\nrelease = 24.04\nsuite = noble\nram = 4G\n",
      kernel: "casper/vmlinuz"),
  ].filter { AnswerFiles.names.contains($0.format) }

  @Test("of a known distribution is a file of five lines and no code: it is planned and rendered", arguments: families)
  func fiveLines(family: Family) async throws {
    #expect(family.lines.split(separator: "\n").count == 5)
    try await TestHost.run(runner: RecordingRunner()) { test in
      let configs = test.folder.appending("configs")
      try await test.tool("cp", "-R", Shipped.configs.string + "/.", configs.string)
      try test.write("configs/images/\(family.name).conf", family.lines)
      let (config, findings) = try Shipped.load(configs).config(for: family.name)
      #expect(findings.map(\.message) == [])
      let image = try #require(config)
      #expect(image.answerFile.format == family.format)
      let result = try await EmptyMirror.plan(image, test)
      #expect(result.findings.filter { $0.severity == .error } == [])
      let plan = try #require(result.plan)
      #expect(plan.installer.kernel.sources.contains { $0.contains(family.kernel) }, "\(plan.installer.kernel.sources)")
      if !family.dialect.isEmpty { #expect(plan.answers.dialect == family.dialect) }
      #expect(Set(plan.machine.kernelArguments).isSuperset(of: family.words), "\(plan.machine.kernelArguments)")
      #expect(!(try Rendering.preview(image, host: test.host, secrets: false)).isEmpty)
    }
  }

  @Test("an image that cannot be rendered does not hide the others, and files are for their owner only")
  func renderAll() async throws {
    try await TestHost.run { test in
      let folder = test.folder.appending("rendered")
      let entry = try RenderedFolder.write(
        try Shipped.config("debian-13"), host: test.host, secrets: false, below: folder)
      #expect(entry.image == "debian-13" && entry.format == "preseed")
      #expect(entry.oracle == "debconf-set-selections --checkonly FILE")
      #expect(entry.files.first == folder.appending("debian-13/preseed.cfg").string)
      for file in entry.files { #expect(FilePath(file).mode == 0o600) }
      var wrong = try Shipped.config("debian-13")
      wrong.answers.selinux = .enforcing
      let error = await factoryError {
        _ = try RenderedFolder.write(wrong, host: test.host, secrets: false, below: folder)
      }
      #expect(error?.status == .configInvalid && error?.message.contains("'selinux'") == true)
    }
  }

  @Test("another format than the distribution's is rendered in its common dialect; an unknown one is an error")
  func otherFormat() throws {
    let debian = try Shipped.config("debian-13")
    let same = try Rendering.config(debian, inFormat: "preseed")
    #expect(same.answerFile.dialect == debian.answerFile.dialect)
    #expect(throws: FactoryError.self) { _ = try Rendering.config(debian, inFormat: "floppy") }
    guard AnswerFiles.names.contains("kickstart") else { return }
    let other = try Rendering.config(debian, inFormat: "kickstart")
    #expect(other.answerFile.format == "kickstart" && other.answerFile.dialect == "RHEL10")
  }

  @Test("osinfo's first id that is known here is used; databases are older than releases")
  func osinfo() async throws {
    let runner = RecordingRunner { command in
      var result = CommandResult(ending: .exited(0))
      result.standardOutput = command.tool == "virt-install" ? "rhel9.0\nlinux2022\ndebian12, debianbookworm\n" : ""
      return result
    }
    #expect(await OSInfo.known(["rocky10", "rhel10.0", "linux2022"], runner: runner) == "linux2022")
    #expect(await OSInfo.known(["debianbookworm"], runner: runner) == "debianbookworm")
    // What the config does not say: any guest is better off as a generic Linux than as nothing.
    #expect(await OSInfo.known(["rocky10"], runner: runner) == "linux2022")
    #expect(await OSInfo.known([], runner: runner) == nil)
    let poor = RecordingRunner { _ in
      var result = CommandResult(ending: .exited(0))
      result.standardOutput = "rhel9.0\nlinux2018\n"
      return result
    }
    #expect(await OSInfo.known(["debian13"], runner: poor) == "linux2018")
    let query = RecordingRunner(tools: ["osinfo-query"]) { _ in
      var result = CommandResult(ending: .exited(0))
      result.standardOutput = " Short ID\n----------\n rhel9.0 \n linux2022 \n"
      return result
    }
    #expect(await OSInfo.known(["rocky10", "linux2022"], runner: query) == "linux2022")
  }
}
