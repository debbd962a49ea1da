import Model

/// Reads a user's own user data for what the installer would drop, ask for or stop at, without changing it.
struct AutoinstallCheck {
  private(set) var findings: [Finding] = []
  private let outline: YAMLOutline
  private let file: String
  /// An unknown dialect is judged as the newest, which knows the most keys.
  private let release: AutoinstallRelease?

  init(_ text: String, file: String, dialect: String) {
    outline = YAMLOutline(text)
    self.file = file
    release = AutoinstallRelease.named(dialect) ?? AutoinstallRelease.all.last
    checkHead(text)
    checkTabs()
    let top = outline.entries(in: 0..<outline.lines.count)
    guard let answers = top.first(where: { $0.key == "autoinstall" }) else {
      warn("there is no 'autoinstall:', the installer would ask everything", 1, hint: "put all answers under it")
      return
    }
    for entry in top where release?.knows(entry.key) == true && !Self.alsoCloudConfig.contains(entry.key) {
      warn("'\(entry.key)' stands beside 'autoinstall' and is not read by the installer", entry.line, hint: "indent it")
    }
    guard !answers.value.hasPrefix("{") else {
      warn("the answers are written in braces, which are not looked at here", answers.line)
      return
    }
    checkAnswers(answers)
    checkPasswords()
  }

  private mutating func warn(_ message: String, _ line: Int, hint: String? = nil) {
    findings.append(.warning(message, hint: hint, at: SourceLocation(file: file, line: line)))
  }

  /// Keys that cloud-config has as well, for the installer's own system.
  private static let alsoCloudConfig: Set<String> = [
    "apt", "keyboard", "locale", "packages", "reporting", "ssh", "timezone",
  ]

  private mutating func checkHead(_ text: String) {
    if !text.hasPrefix("#cloud-config") {
      warn("the first line is not '#cloud-config', so cloud-init does not read the file", 1)
    }
  }

  private mutating func checkTabs() {
    for (index, line) in outline.lines.enumerated() where line.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t")
    {
      warn("a tab indents this line, which YAML does not allow", index + 1, hint: "use blanks")
    }
  }

  private mutating func checkAnswers(_ answers: YAMLOutline.Entry) {
    let entries = outline.entries(in: answers.body)
    var first: [String: Int] = [:]
    for entry in entries {
      if let release, !release.knows(entry.key) {
        let later = AutoinstallRelease.all.first { $0.knows(entry.key) }
        warn(
          "'\(entry.key.printable)' is no key that the installer of Ubuntu \(release.name) knows: it drops it",
          entry.line,
          hint: later.map { "it is known since \($0.name)" })
      }
      if let earlier = first.updateValue(entry.line, forKey: entry.key) {
        warn("'\(entry.key.printable)' stands in line \(earlier) already; the last one counts", entry.line)
      }
    }
    func entry(_ key: String) -> YAMLOutline.Entry? { entries.last { $0.key == key } }
    checkVersion(entry("version"), answers.line)
    if entry("identity") == nil, entry("user-data") == nil {
      warn("neither 'identity' nor 'user-data' is there, without which the installer stops", answers.line)
    }
    if let sections = entry("interactive-sections"), sections.value != "[]" {
      warn("'interactive-sections' makes the installer ask, and nobody answers", sections.line, hint: "remove it")
    }
    if entry("shutdown")?.value != "poweroff" {
      warn(
        "the machine starts again at the end, and does not switch itself off", entry("shutdown")?.line ?? answers.line,
        hint: "write 'shutdown: poweroff'")
    }
    if let identity = entry("identity") { checkIdentity(identity) }
    if let storage = entry("storage") { checkStorage(storage) }
    if let ssh = entry("ssh") { checkKeys(of: ssh, known: ["install-server", "authorized-keys", "allow-pw"]) }
  }

  private mutating func checkVersion(_ version: YAMLOutline.Entry?, _ line: Int) {
    guard let version else {
      return warn("'version' is missing, without which the installer stops", line, hint: "write 'version: 1'")
    }
    if version.value != "1" { warn("the installer knows version 1 only", version.line) }
  }

  private mutating func checkIdentity(_ identity: YAMLOutline.Entry) {
    let entries = outline.entries(in: identity.body)
    for key in ["username", "hostname", "password"] where !entries.contains(where: { $0.key == key }) {
      warn("'identity' has no '\(key)', without which the installer stops", identity.line)
    }
    if let password = entries.last(where: { $0.key == "password" }), !isHash(password.value) {
      warn("the password is not hashed, so nobody can log in with it", password.line, hint: "use 'openssl passwd -6'")
    }
    checkKeys(of: identity, known: ["realname", "username", "hostname", "password", "groups"])
  }

  private mutating func checkStorage(_ storage: YAMLOutline.Entry) {
    let entries = outline.entries(in: storage.body)
    checkKeys(of: storage, known: ["layout", "config", "swap", "grub", "version"])
    if let layout = entries.first(where: { $0.key == "layout" }) {
      if let name = outline.entries(in: layout.body).first(where: { $0.key == "name" }),
        !Self.layouts.contains(name.value)
      {
        warn(
          "'\(name.value.printable)' is no layout of the installer", name.line,
          hint: "one of \(Self.layouts.joined(separator: ", "))")
      }
      if let config = entries.first(where: { $0.key == "config" }) {
        warn("'config' does not count beside 'layout'", config.line)
      }
    }
  }

  /// (subiquity, `run_autoinstall_guided` and its capabilities)
  private static let layouts = ["lvm", "direct", "zfs", "hybrid"]

  private mutating func checkKeys(of entry: YAMLOutline.Entry, known: [String]) {
    for inner in outline.entries(in: entry.body) where !known.contains(inner.key) {
      warn(
        "'\(inner.key.printable)' is no key of '\(entry.key)'", inner.line,
        hint: "known: \(known.joined(separator: ", "))")
    }
  }

  private mutating func checkPasswords() {
    for pair in outline.allPairs where pair.key == "plain_text_passwd" {
      warn("a password stands here in clear text", pair.line, hint: "use 'passwd' with a hash of 'openssl passwd -6'")
    }
    for pair in outline.allPairs where ["passwd", "hashed_passwd"].contains(pair.key) && !isHash(pair.value) {
      warn("the password is not hashed", pair.line, hint: "use a hash of 'openssl passwd -6'")
    }
  }

  /// Locked accounts have `!` or `*`, alone or before a hash.
  private func isHash(_ value: String) -> Bool {
    let hash = value.drop { $0 == "!" || $0 == "*" }
    return hash.isEmpty ? !value.isEmpty : AnswerGrammar.isHash(String(hash))
  }
}
