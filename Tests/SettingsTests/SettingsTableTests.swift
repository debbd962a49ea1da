import Foundation
import Model
import Settings
import SystemPackage
import SystemPackage
import Testing

@Suite("The settings table")
struct SettingsTableTests {
  @Test(
    "every key is canonical, has a line of help without capital and full stop, and is there once",
    arguments: SettingsTable.all.map(\.key).uniqued)
  func wellFormed(key: String) throws {
    #expect(key.allSatisfy { $0.isLowercase || $0 == "-" || $0.isNumber })
    for scope in SettingScope.allCases {
      let settings = SettingsTable.all.filter { $0.key == key && $0.scope == scope }
      #expect(settings.count <= 1)
      for setting in settings {
        #expect(!setting.help.isEmpty && !setting.help.hasSuffix(".") && setting.help.utf8.count <= 100)
        #expect(SettingsTable.setting(named: key, scope: scope)?.key == key)
        for former in setting.formerNames { #expect(SettingsTable.setting(named: former, scope: scope)?.key == key) }
      }
    }
  }

  @Test("no former name is another setting's name")
  func formerNames() {
    for scope in SettingScope.allCases {
      let names = SettingsTable.all.filter { $0.scope == scope }.flatMap { [$0.key] + $0.formerNames }
      #expect(names.count == Set(names).count)
    }
  }

  @Test(
    "the Python tool's keys and flags are known",
    arguments: [
      ("cache_dir", "cache-dir"), ("linux", "kernel"), ("initrd", "initrd"), ("installer_image", "installer-image"),
      ("preseed", "preseed"), ("kickstart", "kickstart"), ("yast", "autoyast"), ("append", "append"), ("ram", "ram"),
      ("cores", "cores"), ("mac", "mac"), ("vnc", "vnc"), ("format", "format"), ("keep-raw", "keep-raw"),
      ("image-size", "image-size"), ("installer-logs", "installer-logs"), ("log-file", "log-file"),
      ("log-filename", "log-filename"), ("upload_destinations", "upload-destinations"),
      ("post-build-command", "post-build-command"), ("post-build-command12", "post-build-command"),
    ])
  func pythonKeys(name: String, key: String) {
    #expect(SettingsTable.setting(named: name)?.key == key)
  }

  @Test("letters of flags are the Python tool's and are there once")
  func letters() {
    let letters = SettingsTable.all.compactMap { setting in setting.short.map { "\($0) \(setting.key)" } }
    #expect(letters.sorted() == ["c cache-dir", "f format"])
  }

  @Test("defaults are the model's")
  func defaults() {
    #expect(SettingsTable.setting(named: "ram")?.defaultText == "1G")
    #expect(SettingsTable.setting(named: "image-size")?.defaultText == "2G")
    #expect(SettingsTable.setting(named: "format")?.defaultText == "raw")
    #expect(SettingsTable.setting(named: "root-password-hash")?.defaultText == "locked")
    #expect(SettingsTable.setting(named: "depot")?.defaultText == "yes")
    #expect(SettingsTable.setting(named: "installer-randomization")?.defaultText == "auto")
    #expect(SettingsTable.setting(named: "installer-mitigations")?.defaultText == "no")
  }

  @Test("a default that a file can say is read back as the default")
  func roundTrip() throws {
    let head = "[a]\nlinux=/l\ninitrd=/i\npreseed=/p\n"
    let scratch = try ScratchFolder()
    var plain = try #require(try scratch.load(head).config(for: "a").config)
    plain.origins = [:]
    var lines = ""
    for setting in SettingsTable.all where setting.scope == .image && !setting.defaultText.isEmpty {
      switch setting.kind {
      case .boolean, .optionalBoolean, .integer, .size, .duration, .choice, .kind, .text, .secret:
        // Words such as "by accelerator" are no values; they contain blanks or a comma.
        let isValue =
          !setting.defaultText.contains(" ") && setting.defaultText != "none" && setting.defaultText != "suite"
        let isSpecial = ["template", "osinfo", "mac", "vnc", "work-dir", "security-mirror"].contains(setting.key)
        if isValue, !isSpecial { lines += "\(setting.key) = \(setting.defaultText)\n" }
      default: break
      }
    }
    #expect(lines.split(separator: "\n").count > 30)
    let loaded = try scratch.load(head + lines)
    #expect(loaded.allFindings(of: ["a"]).map(\.line) == [])
    var config = try #require(loaded.config(for: "a").config)
    config.origins = [:]
    #expect(config == plain)
  }

  @Test("the JSON is JSON and tells every setting")
  func json() throws {
    let list = try #require(JSONSerialization.jsonObject(with: Data(SettingsTable.json().utf8)) as? [[String: Any]])
    #expect(list.compactMap { $0["key"] as? String } == SettingsTable.all.map(\.key))
    let kinds = KnownKinds(diskFormats: ["one", "two"])
    #expect(SettingsTable.json(kinds: kinds).contains("\"two\""))
  }

  @Test("the schema accepts what the loader accepts")
  func schema() throws {
    let schema = try #require(JSONSerialization.jsonObject(with: Data(SettingsTable.schema().utf8)) as? [String: Any])
    let properties = try #require(schema["properties"] as? [String: [String: Any]])
    for key in ["image-size", "image_size", "linux", "cache_dir", "memory"] { #expect(properties[key] != nil) }
    let loaded = try ScratchFolder().load(TypedConfigTests.full)
    for value in loaded.resolved(for: "full").values {
      guard let pattern = properties[value.key]?["pattern"] as? String else { continue }
      #expect(
        value.text.range(of: pattern, options: .regularExpression) != nil, "\(value.key) = \(value.text): \(pattern)")
    }
    #expect(
      "maybe".range(of: try #require(properties["keep-raw"]?["pattern"] as? String), options: .regularExpression) == nil
    )
  }

  @Test("the example of the manual is a config that loads")
  func example() throws {
    let page = ConfigManual.page()
    let start = try #require(page.range(of: ".nf\n")).upperBound
    let end = try #require(page.range(of: "\n.fi")).lowerBound
    let text = String(page[start..<end]).replacing("\\-", with: "-").replacing("\\(ti", with: "~").replacing(
      "\\&", with: "")
    let scratch = try ScratchFolder()
    try scratch.write(
      "home/.ssh/id_ed25519.pub",
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f a@b\n")
    let loaded = try scratch.load(text) { $0.configsFolder = Project.root.appending("configs") }
    #expect(loaded.allFindings(of: ["web"]).map(\.line) == [])
    let config = try #require(loaded.config(for: "web").config)
    #expect(config.answers.packages == ["openssh-server", "nginx"] && config.answers.users.first?.sshKeys.count == 1)
    #expect(loaded.mergedText(for: "web").contains("upload-target = images@mirror.example.org:/srv/images/\n\n"))
    #expect(!loaded.mergedText(for: "web").contains("[debian-12]"))
  }

  @Test("the manual names every setting, and no line of it is an accidental request")
  func manual() {
    let text = ConfigManual.page()
    for setting in SettingsTable.all {
      #expect(text.contains("\\fB" + setting.key.replacing("-", with: "\\-") + "\\fR"))
    }
    let requests = Set(
      text.split(separator: "\n").filter { $0.hasPrefix(".") }.compactMap { $0.split(separator: " ").first })
    #expect(requests == [".SH", ".SS", ".TP", ".TH", ".PP", ".nf", ".fi"])
    #expect(text.unicodeScalars.allSatisfy { $0.isASCII })
  }
}

extension [String] {
  fileprivate var uniqued: [String] { Array(Set(self)).sorted() }
}
