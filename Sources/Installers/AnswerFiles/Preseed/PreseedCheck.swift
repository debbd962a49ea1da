import Model

/// Reads a user's own preseed file for what is known to go wrong, without changing it: warnings with their lines.
struct PreseedCheck {
  private let lines: PreseedLines
  private let answers: PreseedAnswers
  private let file: String
  private(set) var findings: [Finding] = []

  /// `append`: the config's words for the kernel line; nil: not known.
  init(_ text: String, file: String, append: [String]?) {
    lines = PreseedLines(text)
    answers = PreseedAnswers(lines, bootLine: append)
    self.file = file
    for other in lines.others {
      warn(other.line, "'\(other.text.printable)' is no answer", "an answer is 'owner question type value'")
    }
    for answer in lines.answers { checkForm(answer) }
    checkRepetitions()
    findings.sort { ($0.location?.line ?? 0) < ($1.location?.line ?? 0) }
    checkCompleteness()
    checkOrder()
  }

  private mutating func warn(_ line: Int?, _ message: String, _ hint: String? = nil) {
    findings.append(.warning(message, hint: hint, at: SourceLocation(file: file, line: line)))
  }

  private mutating func checkForm(_ answer: PreseedLines.Answer) {
    let key = answer.key.printable
    guard let type = answer.type else {
      return warn(
        answer.line, "'\(key)' has no type", "write '\(answer.owner.printable) \(key) string VALUE'")
    }
    // What stands in the type's place may be a password.
    let shown = PreseedCheck.isSecret(answer.key) ? Secret.mask : type.printable
    guard PreseedLines.types.contains(type) else {
      return warn(answer.line, "'\(shown)' is no type, the answer to '\(key)' is lost", "is the type missing?")
    }
    if answer.value.contains("\\n") {
      warn(
        answer.line,
        "'\(key)' contains '\\n', which becomes a line end and cuts the value when the file is in the initrd",
        "put the commands into a script of their own")
    }
    if let question = PreseedAnswers.aliases[answer.key] {
      warn(
        answer.line, "'\(key)' is a name for the kernel line only; in a file it answers nothing",
        "write 'd-i \(question) \(type) \(answer.value.printable)'")
    }
    if type == "boolean", !["true", "false"].contains(answer.value) {
      warn(answer.line, "'\(key)' is answered with neither 'true' nor 'false'")
    }
    if type != "seen", PreseedCheck.isClearText(answer.key), !answer.value.isEmpty {
      warn(
        answer.line, "'\(key)' is a password in clear text",
        "give a hash with '\(key)-crypted'; 'mkpasswd' or 'openssl passwd -6' makes one")
    }
  }

  private mutating func checkRepetitions() {
    var first: [String: PreseedLines.Answer] = [:]
    for answer in lines.answers where answer.type != "seen" && answer.type != nil {
      guard let earlier = first.updateValue(answer, forKey: answer.key) else { continue }
      // The same answer again does no harm; Debian's own example has some.
      guard earlier.value != answer.value else { continue }
      warn(
        answer.line, "'\(answer.key.printable)' was answered in line \(earlier.line) already; the last answer counts",
        "remove one of the two")
    }
  }

  /// The questions at critical priority that nothing answers: the installation would stop there.
  private mutating func checkCompleteness() {
    guard !answers.isPartial else { return }
    checkPriority()
    guard !answers.isUbuntu else { return }
    let misnamed = Set(lines.answers.compactMap { PreseedAnswers.aliases[$0.key] })
    for question in PreseedQuestions.open(answers) where !misnamed.contains(question.key) {
      let place = lines.answers.last { $0.key == question.key || $0.key == question.key + "-crypted" }
      warn(
        place?.line, "'\(question.key)' would be asked, and the installation would wait for an answer", question.hint)
    }
  }

  /// Debconf's own priority is `high`; what is answered for `critical` leaves questions open there.
  private mutating func checkPriority() {
    guard answers.asksHigh, let priority = answers.priority else { return }
    let line = lines.answers.last { $0.key == "debconf/priority" }?.line
    let start = line == nil && !answers.has("debconf/priority") ? "nothing sets the priority: " : ""
    warn(
      line, "\(start)the installer asks every question of priority '\(priority.printable)' that is not answered",
      "add 'priority=critical' to 'append'")
  }

  /// A file that is named on the kernel line is read when the network is there, after language and keyboard were asked for.
  private mutating func checkOrder() {
    checkNetwork()
    guard let line = answers.bootLine, !line.contains("auto"), answers.value("auto-install/enable") != "true" else {
      return
    }
    let early = PreseedAnswers(PreseedLines(""), bootLine: line)
    let missing = PreseedQuestions.open(early).map(\.key).filter {
      ["debian-installer/locale", "keyboard-configuration/xkb-keymap"].contains($0)
    }
    if !missing.isEmpty {
      warn(
        nil, "\(missing.map { "'\($0)'" }.joined(separator: " and ")) would be asked before this file is read",
        "add 'auto=true' to 'append', or 'locale=…' and 'keymap=…'")
    }
  }

  /// The network has to be there before the file is read, so that the file's answers about it come too late.
  private mutating func checkNetwork() {
    let early = PreseedAnswers(PreseedLines(""), bootLine: answers.bootLine)
    guard answers.bootLine != nil, early.asksHigh else { return }
    var missing = ["netcfg/get_hostname", "netcfg/get_domain"].filter { !early.has($0) }
    // A host name with a domain answers both.
    if early.value("netcfg/get_hostname")?.contains(".") == true { missing = [] }
    guard !missing.isEmpty else { return }
    warn(
      nil, "\(missing.map { "'\($0)'" }.joined(separator: " and ")) would be asked before this file is read",
      "add 'priority=critical' to 'append', or 'hostname=…' and 'domain=…'")
  }

  private static func isSecret(_ key: String) -> Bool {
    ["password", "passphrase"].contains { key.lowercased().contains($0) }
  }

  private static func isClearText(_ key: String) -> Bool {
    ["passwd/root-password", "passwd/user-password"].contains(key)
  }
}
