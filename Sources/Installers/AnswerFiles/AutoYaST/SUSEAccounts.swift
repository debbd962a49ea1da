import Model

/// Accounts as both openSUSE formats need them, checked.
struct SUSEAccounts {
  /// What opens root's account; nil: no password does.
  let rootHash: Secret?
  /// Lines of root's `authorized_keys`.
  let rootKeys: [String]
  /// Everybody but root, in the config's order.
  let users: [UserAccount]

  init(_ request: RenderRequest) throws {
    let answers = request.answers
    for user in answers.users { try Self.check(user, request) }
    let root = answers.users.first { $0.name == "root" }
    var hash = root?.passwordHash
    if case .passwordHash(let given) = answers.root {
      try Self.check(given, "root-password-hash", request)
      hash = given
    }
    rootHash = hash
    rootKeys = root?.sshKeys ?? []
    users = answers.users.filter { $0.name != "root" }
  }

  /// Groups beside each user's own with their members, in the order they are named.
  var groups: [(name: String, members: [String])] {
    var result: [(name: String, members: [String])] = []
    for user in users {
      for name in user.groups {
        if let index = result.firstIndex(where: { $0.name == name }) {
          result[index].members.append(user.name)
        } else {
          result.append((name, [user.name]))
        }
      }
    }
    return result
  }

  private static func check(_ user: UserAccount, _ request: RenderRequest) throws {
    let setting = "user:\(user.name)"
    guard AnswerGrammar.isAccount(user.name) else {
      throw request.problem(setting, "'\(user.name.printable)' is no name of an account")
    }
    guard request.answers.users.count(where: { $0.name == user.name }) == 1 else {
      throw request.problem(setting, "the account is asked for twice")
    }
    guard !user.fullName.unicodeScalars.contains(where: { $0 == ":" || $0.value < 0x20 || $0.value == 0x7F }) else {
      throw request.problem(setting, "the full name contains a colon or a control character")
    }
    // useradd and YaST would cut them off.
    guard user.fullName.trimmingBlanks == user.fullName else {
      throw request.problem(setting, "the full name begins or ends with a blank")
    }
    for group in user.groups where !AnswerGrammar.isAccount(group) {
      throw request.problem(setting, "'\(group.printable)' is no name of a group")
    }
    if let shell = user.shell, !AnswerGrammar.isPath(shell) {
      throw request.problem(setting, "'\(shell.printable)' is no path of a shell")
    }
    if let uid = user.uid, uid < 0 { throw request.problem(setting, "\(uid) is no user id") }
    for key in user.sshKeys where !isKey(key) {
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
    if !user.fullName.isEmpty || user.shell != nil || !user.groups.isEmpty {
      throw request.problem(setting, "only a password hash and SSH keys can be given to root")
    }
  }

  private static func isKey(_ line: String) -> Bool {
    line.contains(" ") && line.trimmingBlanks == line
      && line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
  }

  private static func check(_ hash: Secret, _ setting: String, _ request: RenderRequest) throws {
    // Shown to nobody: what is written here by mistake is often the password itself.
    guard AnswerGrammar.isHash(hash.reveal()) else {
      throw request.problem(
        setting, "the value is no crypt(5) hash", hint: "make one with 'openssl passwd -6' or 'mkpasswd'")
    }
  }
}
