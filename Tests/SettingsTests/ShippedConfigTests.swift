import Foundation
import Model
import Settings
import SystemPackage
import Testing

@Suite("The shipped configs")
struct ShippedConfigTests {
  private func load(_ overrides: [Override] = [], home: String? = nil) throws -> LoadedConfig {
    let scratch = try ScratchFolder()
    if let home { try scratch.write("home/.config/image-factory.conf", home) }
    var request = LoaderRequest(host: scratch.host)
    request.host.executable = Project.root.appending(".build/release/image-factory")
    request.overrides = overrides
    return ConfigLoader.load(request)
  }

  @Test("configs/ is found from the program's place upwards")
  func found() throws {
    #expect(try load().shippedFolder == Project.root.appending("configs"))
  }

  @Test("every shipped image loads without a single finding")
  func clean() throws {
    let loaded = try load()
    #expect(loaded.images.contains("debian-12") && loaded.images.contains("debian-13"))
    #expect(loaded.allFindings(of: loaded.images).map(\.line) == [])
    for image in loaded.images { #expect(loaded.config(for: image).config != nil) }
  }

  @Test("debian-13 says what it is and inherits the rest from Debian")
  func debian13() throws {
    let config = try #require(try load().config(for: "debian-13").config)
    #expect(config.distribution == "debian" && config.release == "13")
    #expect(config.answers.archive.suite == "trixie")
    #expect(config.source.pin == "debian-13" && config.source.choice == .auto)
    #expect(config.source.defaultMirror == "http://ftp.debian.org/debian")
    #expect(config.source.mirrors.isEmpty)
    #expect(config.source.keyring == "/usr/share/keyrings/debian-archive-keyring.gpg")
    #expect(config.machine.osinfo.first == "debian13" && config.machine.osinfo.last == "linux2022")
    #expect(config.disk.size == .gibibytes(4) && config.disk.formats == ["qcow2"])
    #expect(config.answerFile.format == "preseed" && config.answers.root == .locked)
    #expect(config.answers.packages == ["openssh-server"])
    #expect(config.cleaning.empty.contains("/etc/machine-id"))
    #expect(config.cleaning.remove.contains("/etc/apt/apt.conf"))
    #expect(config.cleaning.logs == ["/var/log/installer"])
    #expect(config.origins["image-size"]?.file.hasSuffix("configs/distros/debian.conf") == true)
  }

  @Test("debian-12 is installed by the pinned Debian 13 installer")
  func debian12() throws {
    let config = try #require(try load().config(for: "debian-12").config)
    #expect(config.answers.archive.suite == "bookworm")
    #expect(config.source.installerSuite == "trixie" && config.source.pin == "debian-13")
    #expect(config.machine.osinfo.first == "debian12")
  }

  @Test("what an installer leaves behind is removed: the list of each distribution's clean-up has all of it")
  func leftBehind() throws {
    let loaded = try load()
    func removed(_ image: String) throws -> [String] {
      let cleaning = try #require(loaded.config(for: image).config).cleaning
      return cleaning.logs + cleaning.remove
    }
    let leap = try removed("opensuse-leap-16.0")
    for path in [
      "/root/autoinst.xml", "/var/log/agama-installation", "/var/lib/agama", "/var/lib/autoinstall/autoconf",
    ] {
      #expect(leap.contains(path), "\(path)")
    }
    for image in loaded.images { #expect(try removed(image).contains("/etc/shadow-"), "\(image)") }
    guard let shared = Project.shared else {
      print("skipped: ../shared with the table of distributions is not there")
      return
    }
    let table = try String(contentsOfFile: shared.appending("validators/distros.tsv").string, encoding: .utf8)
    var seen = 0
    for row in table.split(separator: "\n").dropFirst() {
      let cells = row.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard cells.count > 17, let image = loaded.images.first(where: { Self.id(of: $0) == cells[0] }) else { continue }
      let paths = cells[17].split(separator: " ").map(String.init).filter { $0.hasPrefix("/") }
      let removed = try removed(image)
      for path in paths { #expect(removed.contains(path) || removed.contains("\(path)/*"), "\(image): \(path)") }
      seen += paths.isEmpty ? 0 : 1
    }
    #expect(seen >= 12)
  }

  /// An image's name in that table: `rocky9`, `opensuse15.6`.
  private static func id(of image: String) -> String {
    image.replacingOccurrences(of: "-leap", with: "").replacingOccurrences(of: "-", with: "")
      .replacingOccurrences(of: "centosstream", with: "centos-stream")
  }

  @Test("the user's file changes what images inherit, and the command line wins over all")
  func layered() throws {
    let loaded = try load(
      [Override(key: "ram", value: "3G", origin: "--ram")],
      home: "[debian]\nram = 2G\nmirror = https://mirror.example/debian/\n")
    let config = try #require(loaded.config(for: "debian-13").config)
    #expect(config.machine.memory == .gibibytes(3))
    #expect(config.source.mirrors == ["https://mirror.example/debian"])
    #expect(config.origins["ram"] == SourceLocation(file: "--ram"))
  }

  @Test("the distribution is no image, and a wrong name is answered with the nearest one")
  func noImage() throws {
    let loaded = try load()
    #expect(
      loaded.config(for: "debian").findings.map(\.line) == [
        ": error: [debian] is there to inherit from, not an image ('image-factory list' shows the images)"
      ])
    #expect(
      loaded.config(for: "debian-31").findings.map(\.line) == [
        ": error: there is no image 'debian-31' (did you mean 'debian-13'?)"
      ])
  }
}
