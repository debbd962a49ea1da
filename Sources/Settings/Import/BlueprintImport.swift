import Model

/// Reads an osbuild-composer blueprint: name, packages, groups, customizations.
///
/// Source of the keys: osbuild's blueprint reference.
struct BlueprintImport {
  let request: ImportRequest
  private var notes: ImportNotes
  private var writer = ConfigWriter()
  /// Sections that follow the image's.
  private var sections = ConfigWriter()
  private var result = ImportedConfig()
  private var name = ""
  private var users: [(name: String, keys: [String])] = []

  init(request: ImportRequest) {
    self.request = request
    notes = ImportNotes(file: request.file)
  }

  mutating func read(_ text: String) -> ImportedConfig {
    do throws(DocumentProblem) {
      let value = try TOMLDocument.read(text)
      if var blueprint = ImportObject(value, path: "", &notes) { convert(&blueprint) }
    } catch {
      notes.refuse("the blueprint", error.message, line: error.line)
    }
    result.findings = notes.findings
    if !notes.hasErrors { result.text = writer.text + sections.text }
    return result
  }

  private mutating func convert(_ blueprint: inout ImportObject) {
    let own = blueprint.word("name", &notes) ?? ""
    if own.isEmpty, request.name == nil { notes.refuse("name", "is missing") }
    name = request.name ?? ImportRequest.imageName(own)
    let distro = blueprint.word("distro", &notes) ?? ""
    let base = request.inherits ?? (distro.isEmpty ? "debian-13" : distro)
    let version = blueprint.word("version", &notes) ?? ""
    let description = blueprint.word("description", &notes) ?? ""
    writer.comment("Imported from the blueprint '\(request.file)'\(version.isEmpty ? "" : ", version \(version)").")
    writer.section(name)
    writer.set("inherits", base)
    writer.set("description", description)
    var packages = self.packages(&blueprint, base: base)
    let groups = blueprint.objects("groups", &notes).compactMap { entry -> String? in
      var entry = entry
      return entry.word("name", &notes)
    }
    if blueprint.value("containers") != nil {
      notes.unsupported("containers", "installers do not fetch container images")
    }
    if var customizations = blueprint.object("customizations", &notes) {
      convert(customizations: &customizations, &packages)
    }
    writer.set("packages", packages.joined(separator: "\n"))
    writer.set("groups", groups.joined(separator: "\n"))
    blueprint.reportRest(&notes)
  }

  /// `NAME`, or with a version that is more than `*` as the distribution's installer wants it.
  private mutating func packages(_ blueprint: inout ImportObject, base: String) -> [String] {
    let sign = base.hasPrefix("debian") || base.hasPrefix("ubuntu") ? "=" : "-"
    var packages: [String] = []
    for key in ["packages", "modules"] {
      for var entry in blueprint.objects(key, &notes) {
        guard let name = entry.word("name", &notes), !name.isEmpty else {
          notes.refuse(entry.path(of: "name"), "is missing")
          continue
        }
        let version = entry.word("version", &notes) ?? "*"
        packages.append(version == "*" || version.isEmpty ? name : "\(name)\(sign)\(version)")
        entry.reportRest(&notes)
      }
    }
    return packages.uniqued
  }

  private mutating func convert(customizations all: inout ImportObject, _ packages: inout [String]) {
    writer.set("hostname", all.word("hostname", &notes) ?? "")
    if var kernel = all.object("kernel", &notes) {
      writer.set("kernel-arguments", kernel.word("append", &notes) ?? "")
      if let name = kernel.word("name", &notes) { packages.append(name) }
      kernel.reportRest(&notes)
    }
    if var zone = all.object("timezone", &notes) {
      writer.set("timezone", zone.word("timezone", &notes) ?? "")
      writer.set("time-servers", zone.words("ntpservers", &notes).joined(separator: " "))
      zone.reportRest(&notes)
    }
    if var locale = all.object("locale", &notes) {
      let languages = locale.words("languages", &notes)
      writer.set("locale", languages.first ?? "")
      if languages.count > 1 {
        notes.unsupported(locale.path(of: "languages"), "an installer sets one; the first is taken")
      }
      writer.set("keymap", locale.word("keyboard", &notes) ?? "")
      locale.reportRest(&notes)
    }
    if var services = all.object("services", &notes) {
      for (key, setting) in [
        ("enabled", "services-enable"), ("disabled", "services-disable"), ("masked", "services-mask"),
      ] {
        writer.set(setting, services.words(key, &notes).joined(separator: " "))
      }
      services.reportRest(&notes)
    }
    convertFirewall(&all)
    convertUsers(&all)
    convertFileSystems(&all)
    convertFiles(&all)
    convertRepositories(&all)
    reportUnsupported(&all)
    all.reportRest(&notes)
  }

  private mutating func convertFirewall(_ all: inout ImportObject) {
    guard var firewall = all.object("firewall", &notes) else { return }
    // `22:tcp` here, `22/tcp` there.
    var open = firewall.words("ports", &notes).map { String($0.map { $0 == ":" ? "/" : $0 }) }
    if var services = firewall.object("services", &notes) {
      open += services.words("enabled", &notes)
      if !services.words("disabled", &notes).isEmpty {
        notes.unsupported(services.path(of: "disabled"), "only what is opened can be said")
      }
      services.reportRest(&notes)
    }
    if firewall.value("zones") != nil { notes.unsupported(firewall.path(of: "zones"), "installers know no zones") }
    writer.set("firewall", true)
    writer.set("firewall-open", open.joined(separator: " "))
    firewall.reportRest(&notes)
  }

  private mutating func convertUsers(_ all: inout ImportObject) {
    var texts: [String: ConfigWriter] = [:]
    for var entry in all.objects("user", &notes) {
      let name = entry.word("name", &notes) ?? ""
      guard NameRule.isLogin(name) else {
        notes.refuse(entry.path(of: "name"), "'\(name)' cannot be a user's name")
        continue
      }
      if users.contains(where: { $0.name == name }) { notes.refuse(entry.path(of: "name"), "'\(name)' stands twice") }
      var text = ConfigWriter()
      text.set("full-name", entry.word("description", &notes) ?? "")
      text.set("uid", entry.word("uid", &notes) ?? "")
      text.set("groups", entry.words("groups", &notes).joined(separator: " "))
      text.set("shell", entry.word("shell", &notes) ?? "")
      let hash = entry.word("password", &notes) ?? ""
      if !hash.isEmpty, !NameRule.isCryptHash(hash) {
        notes.refuse(
          entry.path(of: "password"), "is in clear text", hint: "write a hash as 'openssl passwd -6' makes it")
      }
      let key = entry.word("key", &notes) ?? ""
      if name == "root" {
        writer.set("root-password-hash", hash)
        if !key.isEmpty {
          notes.unsupported(entry.path(of: "key"), "root logs in by password or not at all; add a user with 'sudo'")
        }
      } else {
        text.set("password-hash", hash)
        texts[name] = text
        users.append((name, key.split(whereSeparator: \.isNewline).map(String.init)))
      }
      for (key, reason) in [
        ("home", "installers make /home/NAME"), ("gid", "installers choose it"),
        ("expiredate", "installers cannot say it; use a late-script with 'chage'"),
        ("force_password_reset", "installers cannot say it; use a late-script with 'chage'"),
      ] where entry.value(key) != nil { notes.unsupported(entry.path(of: key), reason) }
      entry.reportRest(&notes)
    }
    convertSSHKeys(&all)
    writer.set("users", users.map(\.name).joined(separator: " "))
    for user in users {
      sections.section("user:\(user.name)")
      sections.append(texts[user.name])
      sections.set("ssh-keys", user.keys.joined(separator: "\n"))
    }
  }

  private mutating func convertSSHKeys(_ all: inout ImportObject) {
    for var entry in all.objects("sshkey", &notes) {
      let name = entry.word("user", &notes) ?? ""
      let key = entry.word("key", &notes) ?? ""
      if let index = users.firstIndex(where: { $0.name == name }) {
        users[index].keys.append(key)
      } else {
        notes.unsupported(entry.path, "'\(name.printable)' is not one of the users that the blueprint makes")
      }
      entry.reportRest(&notes)
    }
  }

  private mutating func convertFileSystems(_ all: inout ImportObject) {
    var entries: [(mount: String, size: ByteSize?)] = []
    for var entry in all.objects("filesystem", &notes) {
      let mount = entry.word("mountpoint", &notes) ?? ""
      let text = entry.word("minsize", &notes) ?? entry.word("size", &notes) ?? ""
      let size = ByteSize(text)
      if !mount.hasPrefix("/") {
        notes.refuse(entry.path(of: "mountpoint"), "is '\(mount)', expected an absolute path")
      }
      if size == nil { notes.refuse(entry.path(of: "minsize"), "is '\(text)', expected a size") }
      entries.append((mount, size))
      entry.reportRest(&notes)
    }
    if entries.isEmpty { return }
    // The root takes the rest, so it comes last; the disk is large enough for what each asks for at least.
    let root = entries.first { $0.mount == "/" }?.size?.bytes ?? 4 << 30
    let others = entries.filter { $0.mount != "/" }
    let total = others.reduce(root) { $0.addingReportingOverflow($1.size?.bytes ?? 0).partialValue }
    writer.set("image-size", ByteSize(bytes: total.addingReportingOverflow(2 << 20).partialValue).settingText)
    let names = others.map {
      "\(name)-\(ImportRequest.imageName($0.mount.split(separator: "/").joined(separator: "-")))"
    }
    writer.set("partitions", (names + ["\(name)-root"]).joined(separator: " "))
    for (entry, section) in zip(others, names) {
      sections.section("partition:\(section)")
      sections.set("size", entry.size?.settingText ?? "")
      sections.set("mount-point", entry.mount)
    }
    sections.section("partition:\(name)-root")
    sections.set("size", "rest")
    sections.set("mount-point", "/")
  }

  private mutating func convertFiles(_ all: inout ImportObject) {
    var names: [String] = []
    for (index, entry) in all.objects("files", &notes).enumerated() {
      var entry = entry
      let section = "\(name)-\(index + 1)"
      result.files.append(("\(name)-file-\(index + 1)", entry.word("data", &notes) ?? ""))
      names.append(section)
      sections.section("file:\(section)")
      sections.set("path", entry.word("path", &notes) ?? "")
      sections.setFile("source", "\(name)-file-\(index + 1)")
      sections.set("mode", entry.word("mode", &notes) ?? "")
      let owner = entry.word("user", &notes) ?? "root"
      sections.set("owner", "\(owner):\(entry.word("group", &notes) ?? owner)")
      entry.reportRest(&notes)
    }
    writer.set("files", names.joined(separator: " "))
  }

  private mutating func convertRepositories(_ all: inout ImportObject) {
    var names: [String] = []
    for var entry in all.objects("repositories", &notes) {
      let id = ImportRequest.imageName(entry.word("id", &notes) ?? "")
      guard let url = entry.words("baseurls", &notes).first else {
        notes.unsupported(entry.path, "it names no 'baseurls'")
        continue
      }
      names.append(id)
      sections.section("repository:\(id)")
      sections.set("source", url)
      for key in [
        "gpgkeys", "gpgcheck", "metalink", "mirrorlist", "name", "filename", "enabled", "priority", "repo_gpgcheck",
        "sslverify",
      ]
      where entry.value(key) != nil && key != "name" && key != "enabled" {
        notes.unsupported(entry.path(of: key), "a repository has a URL and 'key', a file on the host")
      }
      entry.reportRest(&notes)
    }
    writer.set("repositories", names.joined(separator: " "))
  }

  private mutating func reportUnsupported(_ all: inout ImportObject) {
    for (key, reason) in [
      ("group", "installers make a user's own groups; use a late-script with 'groupadd'"),
      ("directories", "installers cannot say it; use a late-script with 'mkdir'"),
      ("disk", "the layout of disks is said by 'partitions'"),
      ("partitioning_mode", "the layout is said by 'partitions'"),
      ("installation_device", "image-factory writes image files"), ("installer", "it describes an installer image"),
      ("ignition", "the installers do not read it"), ("fdo", "the installers do not read it"),
      ("openscap", "the installers cannot say it; use a late-script"),
      ("fips", "use 'kernel-arguments = fips=1' and a late-script"),
      ("rpm", "use a late-script"), ("rhsm", "a golden image must not carry a subscription"),
      ("cacerts", "use 'files' and a late-script"),
    ] where all.value(key) != nil {
      notes.unsupported(all.path(of: key), reason)
    }
  }
}
