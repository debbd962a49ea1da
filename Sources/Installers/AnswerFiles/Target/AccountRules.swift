import Model

/// What every installer needs of accounts, whatever words it has for them; each problem is thrown as a `FactoryError` with its setting.
enum AccountRules {
  /// All users, and root's password.
  static func check(_ request: RenderRequest) throws {
    for user in request.answers.users { try check(user, request) }
    if case .passwordHash(let hash) = request.answers.root { try check(hash, "root-password-hash", request) }
  }

  private static func check(_ user: UserAccount, _ request: RenderRequest) throws {
    let setting = "user:\(user.name)"
    guard AnswerGrammar.isAccount(user.name) else {
      throw request.problem(setting, "'\(user.name.printable)' is no name of an account")
    }
    guard request.answers.users.count(where: { $0.name == user.name }) == 1 else {
      throw request.problem(setting, "the account is asked for twice")
    }
    guard !user.fullName.contains(":"), isPlain(user.fullName) else {
      throw request.problem(setting, "the full name contains a colon or a control character")
    }
    for group in user.groups where !AnswerGrammar.isAccount(group) {
      throw request.problem(setting, "'\(group.printable)' is no name of a group")
    }
    // A colon would be the end of the field in /etc/passwd.
    if let shell = user.shell, !AnswerGrammar.isPath(shell) || shell.contains(":") {
      throw request.problem(setting, "'\(shell.printable)' is no path of a shell")
    }
    if let uid = user.uid, user.name != "root", !(1...Int(Int32.max)).contains(uid) {
      throw request.problem(setting, "'\(uid)' is no user id of '\(user.name)'")
    }
    for key in user.sshKeys where !key.contains(" ") || key.hasPrefix("-") || !isPlain(key) {
      throw request.problem(setting, "'\(key.printable)' is no line of authorized_keys")
    }
    if user.name == "root" { try checkRoot(user, setting, request) }
    if let hash = user.passwordHash { try check(hash, setting, request) }
  }

  private static func checkRoot(_ user: UserAccount, _ setting: String, _ request: RenderRequest) throws {
    if user.uid ?? 0 != 0 { throw request.problem(setting, "root's user id is 0") }
    if user.passwordHash != nil, request.answers.root != .locked {
      throw request.problem(setting, "root has two password hashes", hint: "remove 'root-password-hash'")
    }
  }

  private static func check(_ hash: Secret, _ setting: String, _ request: RenderRequest) throws {
    // Shown to nobody: what is written here by mistake is often the password itself.
    guard AnswerGrammar.isHash(hash.reveal()) else {
      throw request.problem(
        setting, "the value is no crypt(5) hash", hint: "make one with 'openssl passwd -6' or 'mkpasswd'")
    }
  }

  private static func isPlain(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
  }
}
