import Foundation
import Installers
import Model
import Testing

/// Answer files that nobody of this project wrote, and everything that is wrong with them.
@Suite("other people's preseed files")
struct ForeignPreseedTests {
  /// Findings as `line: start of the message`; `-` for those about what is missing.
  private func findings(_ path: String) throws -> [String] {
    // Old files are not all UTF-8.
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    return Preseed().check(text, file: path, dialect: "").map { finding in
      "\(finding.location?.line.map(String.init) ?? "-"): \(finding.message)"
    }
  }

  @Test(
    "Debian's own example has no mistake; it leaves out what everybody has to choose",
    .enabled(if: Place.shared != nil, "needs ../shared"))
  func example() throws {
    let found = try findings(try #require(Place.shared) + "/validators/preseed/example-trixie.txt")
    let left = [
      "passwd/root-password", "passwd/user-fullname", "passwd/username", "passwd/user-password",
      "grub-installer/bootdev",
    ]
    #expect(found == left.map { "-: '\($0)' would be asked, and the installation would wait for an answer" })
  }

  static let folder = "/usr/share/image-factory"
  static let isInstalled =
    FileManager.default.fileExists(atPath: folder + "/Debian-11-server-us.cfg")
    && !FileManager.default.fileExists(atPath: folder + "/configs")

  /// What is wrong with the files of the Debian package image-factory: a word of the message, by the question it is about.
  static func expected(_ name: String) -> [String] {
    let isDebian = name.hasPrefix("Debian"), version = Double(name.split(separator: "-")[1]) ?? 0
    var result: [String] = []
    if !isDebian, name.hasSuffix("-de.cfg") {
      result.append("'en_GB.UTF-8,' is no type, the answer to 'localechooser/supported-locales'")
    }
    if isDebian { result.append("'keymap' is a name for the kernel line only") }
    if isDebian ? version >= 8 : version >= 14.1 {
      result.append("'ifupdown' is no type, the answer to 'netcfg/target_network_config' is lost")
    }
    result.append("'passwd/root-password' is a password in clear text")
    if name.contains("minimal") { result.append("'preseed/early_command' contains '\\n'") }
    result.append("'preseed/late_command' contains '\\n'")
    // Debian 7's installer took the first disk unasked, today's does not.
    if isDebian, version == 7 { result.append("'grub-installer/bootdev' would be asked") }
    return result
  }

  @Test(
    "the Debian package image-factory's have exactly the known mistakes",
    .enabled(if: isInstalled, "needs the Debian package image-factory"))
  func package() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder).sorted().filter {
      ($0.hasPrefix("Debian") || $0.hasPrefix("Ubuntu")) && $0.hasSuffix(".cfg")
    }
    #expect(names.count == 37)
    for name in names {
      let found = try findings(Self.folder + "/" + name)
      let expected = Self.expected(name)
      #expect(found.count == expected.count, "\(name): \(found)")
      for start in expected { #expect(found.contains { $0.contains(start) }, "\(name): \(start) not in \(found)") }
    }
  }
}
