import Model

/// Reads a user's own user data for what the installer would drop, ask for or stop at, without changing it.
struct AutoinstallCheck {
  private(set) var findings: [Finding] = []
  private let file: String
  /// An unknown dialect is judged as the newest, which knows the most keys.
  private let release: AutoinstallRelease?

  init(_ text: String, file: String, dialect: String) {
    self.file = file
    release = AutoinstallRelease.named(dialect) ?? AutoinstallRelease.all.last
    checkHead(text)
    checkTabs(text)
    do throws(YAMLReader.Problem) {
      checkDocument(try YAMLReader.read(text))
    } catch {
      warn("the file is no YAML that can be read: \(error.message)", error.line)
    }
    findings.sort { ($0.location?.line ?? 0) < ($1.location?.line ?? 0) }
  }

  private mutating func warn(_ message: String, _ line: Int, hint: String? = nil) {
    findings.append(.warning(message, hint: hint, at: SourceLocation(file: file, line: line)))
  }

  private mutating func checkHead(_ text: String) {
    if !text.hasPrefix("#cloud-config") {
      warn("the first line is not '#cloud-config', so cloud-init does not read the file", 1)
    }
  }

  private mutating func checkTabs(_ text: String) {
    for (index, line) in text.textLines.enumerated() {
      let start = line.prefix { $0 == " " || $0 == "\t" }
      guard start.contains("\t"), start.count < line.count else { continue }
      warn("a tab indents this line, which YAML does not allow", index + 1, hint: "use blanks")
    }
  }

  /// Keys that cloud-config has as well, for the installer's own system.
  private static let alsoCloudConfig: Set<String> = [
    "apt", "keyboard", "locale", "packages", "reporting", "ssh", "timezone",
  ]

  private mutating func checkDocument(_ root: AnswerNode) {
    guard let line = root.members.last(where: { $0.key == "autoinstall" })?.node.line,
      let answers = root.member("autoinstall")
    else {
      return warn("there is no 'autoinstall:', the installer would ask everything", 1, hint: "put all answers under it")
    }
    for (key, node) in root.members where release?.knows(key) == true && !Self.alsoCloudConfig.contains(key) {
      warn("'\(key)' stands beside 'autoinstall' and is not read by the installer", node.line, hint: "indent it")
    }
    checkTopLevel(answers)
    checkShape(answers)
    checkSense(answers, line)
    checkPasswords(answers)
  }

  private mutating func checkTopLevel(_ answers: AnswerNode) {
    var first: [String: Int] = [:]
    for (key, node) in answers.members {
      if let release, !release.knows(key) {
        let later = AutoinstallRelease.all.first { $0.knows(key) }
        warn(
          "'\(key.printable)' is no key that the installer of Ubuntu \(release.name) knows: it drops it", node.line,
          hint: later.map { "it is known since \($0.name)" } ?? ShapeText.hint(for: key, known: Array(release.keys)))
      }
      if let earlier = first.updateValue(node.line, forKey: key) {
        warn("'\(key.printable)' stands in line \(earlier) already; the last one counts", node.line)
      }
    }
  }

  /// Names and types at every depth.
  private mutating func checkShape(_ answers: AnswerNode) {
    let release = release?.name ?? ""
    var check = ShapeCheck(AutoinstallShapes.all) { since in release.isEmpty || release >= since }
    check.check(answers, "autoinstall", .named("autoinstall"))
    for (name, node) in answers.member("reporting")?.members ?? [] { check.check(node, name, AutoinstallShapes.report) }
    for problem in check.problems {
      let stops = problem.message.contains(" has no ") || !problem.message.contains("is no key of")
      warn(problem.message + (stops ? ", without which the installer stops" : ""), problem.line, hint: problem.hint)
    }
  }

  private mutating func checkSense(_ answers: AnswerNode, _ line: Int) {
    if let version = answers.member("version") {
      if case .integer(2...) = version.value { warn("the installer knows version 1 only", version.line) }
    } else {
      warn("'version' is missing, without which the installer stops", line, hint: "write 'version: 1'")
    }
    if answers.member("identity") == nil, answers.member("user-data") == nil {
      warn("neither 'identity' nor 'user-data' is there, without which the installer stops", line)
    }
    if let sections = answers.member("interactive-sections"), !sections.items.isEmpty {
      warn("'interactive-sections' makes the installer ask, and nobody answers", sections.line, hint: "remove it")
    }
    if answers.member("shutdown")?.string != "poweroff" {
      warn(
        "the machine starts again at the end, and does not switch itself off", answers.member("shutdown")?.line ?? line,
        hint: "write 'shutdown: poweroff'")
    }
    if let password = answers.member("identity")?.member("password"), let text = password.string, !isHash(text) {
      warn("the password is not hashed, so nobody can log in with it", password.line, hint: "use 'openssl passwd -6'")
    }
    if let storage = answers.member("storage") { checkStorage(storage) }
  }

  private mutating func checkStorage(_ storage: AnswerNode) {
    guard let layout = storage.member("layout") else { return }
    if let name = layout.member("name"), let text = name.string, !Self.layouts.contains(text) {
      warn(
        "'\(text.printable)' is no layout of the installer", name.line,
        hint: "one of \(Self.layouts.joined(separator: ", "))")
    }
    if let config = storage.member("config") { warn("'config' does not count beside 'layout'", config.line) }
  }

  /// (subiquity, `run_autoinstall_guided` and its capabilities)
  private static let layouts = ["lvm", "direct", "zfs", "hybrid"]

  private mutating func checkPasswords(_ answers: AnswerNode) {
    for (key, node) in answers.all.flatMap(\.members) {
      if key == "plain_text_passwd" {
        warn("a password stands here in clear text", node.line, hint: "use 'passwd' with a hash of 'openssl passwd -6'")
      } else if ["passwd", "hashed_passwd"].contains(key), let text = node.string, !isHash(text) {
        warn("the password is not hashed", node.line, hint: "use a hash of 'openssl passwd -6'")
      }
    }
  }

  /// Locked accounts have `!` or `*`, alone or before a hash.
  private func isHash(_ value: String) -> Bool {
    let hash = value.drop { $0 == "!" || $0 == "*" }
    return hash.isEmpty ? !value.isEmpty : AnswerGrammar.isHash(String(hash))
  }
}
