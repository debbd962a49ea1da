import Model

/// Reads an ister template: Clear Linux's description of an installation.
///
/// Sources of the rules: ister's validators (`validate_*` in ister.py) for what is refused, its hooks for the order of scripts.
struct IsterImport {
  let request: ImportRequest
  private var notes: ImportNotes
  private var writer = ConfigWriter()

  init(request: ImportRequest) {
    self.request = request
    notes = ImportNotes(file: request.file)
  }

  private struct User {
    var name: String
    var uid: String?
    var fullName: String?
    var key: String?
    var hash: String?
    var sudo = false
  }

  mutating func read(_ text: String) -> ImportedConfig {
    do throws(DocumentProblem) {
      let value = try JSONDocument.read(text)
      if var template = ImportObject(value, path: "", &notes) { return convert(&template) }
    } catch {
      notes.refuse("the template", error.message, line: error.line)
    }
    return ImportedConfig(findings: notes.findings)
  }

  private mutating func convert(_ template: inout ImportObject) -> ImportedConfig {
    let name = request.name ?? request.nameFromFile
    for key in ["DestinationType", "PartitionLayout", "FilesystemTypes", "PartitionMountPoints", "Version", "Bundles"]
    where template.value(key) == nil {
      notes.refuse(key, "is missing")
    }
    let destination = template.word("DestinationType", &notes) ?? "virtual"
    if destination == "physical" {
      notes.unsupported("DestinationType", "image-factory writes image files, not disks; the layout is the same")
    } else if destination != "virtual" {
      notes.refuse("DestinationType", "is '\(destination)', expected physical or virtual")
    }
    let isLegacy = template.boolean("LegacyBios", &notes) ?? false
    var layout = IsterLayout()
    layout.read(&template, isPhysical: destination == "physical", isLegacy: isLegacy, &notes)
    let users = readUsers(&template)
    var result = ImportedConfig()
    writer.comment("Imported from the ister template '\(request.file)'.")
    writer.section(name)
    writer.set("inherits", request.inherits ?? "debian-13")
    writeSystem(&template)
    writeSoftware(&template)
    writer.set("users", users.map(\.name).joined(separator: " "))
    writeScripts(&template, name: name, &result)
    writeLayout(layout, name: name)
    for user in users { write(user) }
    reportUnsupported(&template)
    template.reportRest(&notes)
    result.findings = notes.findings
    if !notes.hasErrors { result.text = writer.text }
    return result
  }

  private mutating func writeSystem(_ template: inout ImportObject) {
    if let name = template.word("Hostname", &notes) {
      let isRight = NameRule.isWord(name, and: "-") && !name.hasPrefix("-") && name.utf8.count <= 64
      if !isRight { notes.refuse("Hostname", "is '\(name)', expected letters, digits and hyphens, 64 at most") }
      writer.set("hostname", name)
    }
    if let line = template.word("cmdline", &notes) { writer.set("kernel-arguments", line) }
    for key in ["MirrorURL", "VersionURL", "HTTPSProxy", "HTTPProxy"] {
      guard let url = template.word(key, &notes) else { continue }
      if NameRule.webURL(url) == nil { notes.refuse(key, "is '\(url)', expected a URL") }
      notes.unsupported(
        key,
        key.hasSuffix("Proxy")
          ? "the guest's packages go through image-factory's own proxy"
          : "it serves Clear Linux's updates; set 'mirror' to one of the distribution you install")
    }
  }

  private mutating func writeSoftware(_ template: inout ImportObject) {
    let manager = template.word("SoftwareManager", &notes) ?? "swupd"
    if manager != "dnf" && manager != "swupd" {
      notes.refuse("SoftwareManager", "is '\(manager)', expected swupd or dnf")
    }
    let bundles = template.words("Bundles", &notes)
    for (index, bundle) in bundles.enumerated() where !NameRule.isWord(bundle, and: "+-.:=*~/_@^") {
      notes.refuse("Bundles[\(index)]", "is '\(bundle)', expected a name")
    }
    writer.set("packages", bundles.joined(separator: "\n"))
    if manager == "swupd", !bundles.isEmpty {
      notes.unsupported(
        "SoftwareManager", "bundles are Clear Linux's; their names are taken as package names, check them")
    }
    switch template.value("Version") {
    case .number(let text)?:
      if (Int(text) ?? 0) <= 0 { notes.refuse("Version", "is \(text), expected a number from 1 or 'latest'") }
      notes.unsupported(
        "Version", "a distribution's mirror has one state; name a snapshot as 'mirror' to get an old one")
    case .string("latest")?, nil: break
    case let other?:
      notes.refuse("Version", "is \(other.word.map { "'\($0)'" } ?? other.kind), expected a number or 'latest'")
    }
  }

  private mutating func readUsers(_ template: inout ImportObject) -> [User] {
    var users: [User] = []
    for var entry in template.objects("Users", &notes) {
      let name = entry.word("username", &notes) ?? ""
      if !NameRule.isLogin(name) || name == "root" {
        notes.refuse(entry.path(of: "username"), "'\(name)' cannot be a user's name")
      }
      if users.contains(where: { $0.name == name }) {
        notes.refuse(entry.path(of: "username"), "'\(name)' stands twice")
      }
      var user = User(name: name, fullName: entry.word("fullname", &notes))
      if let uid = entry.word("uid", &notes) {
        if !(1...4_294_967_293).contains(Int(uid) ?? 0) {
          notes.refuse(entry.path(of: "uid"), "is '\(uid)', expected a number from 1")
        }
        if users.contains(where: { $0.uid == uid }) { notes.refuse(entry.path(of: "uid"), "\(uid) stands twice") }
        user.uid = uid
      }
      user.key = key(&entry)
      if let hash = entry.word("password", &notes), !hash.isEmpty {
        if !NameRule.isCryptHash(hash) { notes.refuse(entry.path(of: "password"), "is no crypt(5) hash") }
        user.hash = hash
      }
      user.sudo = entry.boolean("sudo", &notes) ?? false
      if user.sudo, user.key == nil, user.hash == nil {
        notes.refuse(entry.path, "sudo needs a key or a password")
      }
      entry.reportRest(&notes)
      users.append(user)
    }
    return users
  }

  /// A key is a line or the name of a file with one; a file is read when the image is checked.
  private mutating func key(_ entry: inout ImportObject) -> String? {
    guard let key = entry.word("key", &notes), !key.isEmpty else { return nil }
    let words = key.split(whereSeparator: \.isWhitespace)
    if words.count > 1, !SSHKeyLine.isKey(key.trimmingBlanks) || words.count < 3 {
      notes.refuse(entry.path(of: "key"), "is neither a public ssh key 'TYPE BASE64 COMMENT' nor a file")
    }
    return key.trimmingBlanks
  }

  private mutating func write(_ user: User) {
    writer.section("user:\(user.name)")
    writer.set("full-name", user.fullName ?? "")
    writer.set("uid", user.uid ?? "")
    writer.set("ssh-keys", user.key ?? "")
    writer.set("password-hash", user.hash ?? "")
    if user.sudo { writer.set("sudo", true) }
  }

  private mutating func writeScripts(_ template: inout ImportObject, name: String, _ result: inout ImportedConfig) {
    func script(_ commands: [String]) -> String {
      (["#!/bin/sh", "set -e"] + commands).joined(separator: "\n") + "\n"
    }
    let before = template.words("PreInstallShell", &notes)
    if !before.isEmpty {
      result.files.append(("\(name)-before.sh", script(before)))
      writer.setFile("before-script", "\(name)-before.sh")
    }
    // In ister's order; scripts of PostChroot are files of the installed system.
    let late = template.words("PostChroot", &notes) + template.words("PostChrootShell", &notes)
    if !late.isEmpty {
      result.files.append(("\(name)-late.sh", script(late)))
      writer.setFile("late-script", "\(name)-late.sh")
    }
  }

  private mutating func writeLayout(_ layout: IsterLayout, name: String) {
    let names = layout.parts.map { "\(name)-\($0.number)" }
    writer.set("partition-table", "gpt")
    writer.set("firmware", layout.hasEFI ? "uefi" : "bios")
    writer.set("partitions", names.joined(separator: " "))
    let fixed = layout.parts.reduce(Int64(2 << 20)) { $0.addingReportingOverflow($1.size?.bytes ?? 0).partialValue }
    let rest = layout.parts.contains { $0.size == nil } ? Int64(4) << 30 : 0
    writer.set("image-size", ByteSize(bytes: fixed.addingReportingOverflow(rest).partialValue).settingText)
    for (part, name) in zip(layout.parts, names) {
      writer.section("partition:\(name)")
      writer.set("size", part.size?.settingText ?? "rest")
      writer.set("file-system", part.fileSystem?.rawValue ?? "ext4")
      writer.set("mount-point", part.mountPoint ?? "")
      writer.set("label", part.label ?? "")
      writer.set("mkfs-options", part.options)
    }
  }

  private mutating func reportUnsupported(_ template: inout ImportObject) {
    let outside = "it runs outside the installed system with the build host's tools; a 'late-script' runs inside"
    for (key, reason) in [
      ("PostNonChroot", outside), ("PostNonChrootShell", outside),
      ("IsterCloudInitSvc", "a golden image asks no service of its installer's for its role"),
      ("DisabledNewPartitions", "an image starts from an empty disk"),
    ] where template.value(key) != nil {
      notes.unsupported(key, reason)
    }
    guard var address = template.object("Static_IP", &notes) else { return }
    notes.unsupported("Static_IP", "every machine made from a golden image would have the same address")
    let own = address.word("address", &notes) ?? ""
    let gateway = address.word("gateway", &notes) ?? ""
    for key in ["address", "gateway"] where !address.has(key) { notes.refuse("Static_IP.\(key)", "is missing") }
    let parts = own.split(separator: "/", omittingEmptySubsequences: false)
    if address.has("address"), parts.count != 2 || Int(parts[1]).map({ (0...32).contains($0) }) != true {
      notes.refuse("Static_IP.address", "has no mask: write ADDRESS/BITS")
    }
    if let first = parts.first, !gateway.isEmpty, first == gateway {
      notes.refuse("Static_IP.gateway", "is the address itself")
    }
  }
}
