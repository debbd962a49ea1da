import Model

/// Root, users and their keys.
///
/// Lines of Kickstart as far as they go; the second and further keys of a user, and the right to become root, are written by the
/// script in `script`. (pykickstart complains about a second `sshkey` line of one user)
struct KickstartAccounts {
  private let request: RenderRequest
  /// Lines of the script in the finished system.
  private(set) var script = ""

  init(_ request: RenderRequest) throws {
    self.request = request
    for user in request.answers.users { try check(user) }
    for (index, user) in request.answers.users.enumerated() {
      if user.sshKeys.count > 1 { addKeys(of: user) }
      if user.sudo, user.name != "root" { addSudo(of: user, index + 1) }
    }
  }

  func add(to text: inout KickstartText) throws {
    // Without a `rootpw` line the installer would wait for somebody to make an administrator.
    // (pyanaconda/modules/users/users.py: any line counts)
    let user = request.answers.users.first { $0.name == "root" }
    if let hash = try rootHash() ?? user?.passwordHash {
      try text.command("rootpw", .plain("--iscrypted"), .secret(hash))
    } else {
      try text.command("rootpw", .plain("--lock"))
    }
    for user in request.answers.users {
      if user.name != "root" { try text.command("user", try words(of: user)) }
      if let key = user.sshKeys.first {
        try text.command(
          "sshkey", .plain("--username=\(user.name)"), .value(key, from: "user:\(user.name)", request))
      }
    }
  }

  private func rootHash() throws -> Secret? {
    guard case .passwordHash(let hash) = request.answers.root else { return nil }
    try check(hash, "root-password-hash")
    return hash
  }

  private func words(of user: UserAccount) throws -> [KickstartWord] {
    let setting = "user:\(user.name)"
    var words = [KickstartWord.plain("--name=\(user.name)")]
    if !user.fullName.isEmpty { words.append(try .option("--gecos", user.fullName, from: setting, request)) }
    if let uid = user.uid { words.append(.plain("--uid=\(uid)")) }
    if !user.groups.isEmpty { words.append(.plain("--groups=\(user.groups.joined(separator: ","))")) }
    if let shell = user.shell { words.append(try .option("--shell", shell, from: setting, request)) }
    if let hash = user.passwordHash {
      words += [.plain("--iscrypted"), .secret(hash, after: "--password=")]
    } else {
      words.append(.plain("--lock"))
    }
    return words
  }

  private mutating func addKeys(of user: UserAccount) {
    let lines = user.sshKeys.dropFirst().map { "printf '%s\\n' \(ShellWords.quote($0)) >>\"$keys\"" }
    script += """

      keys=$(getent passwd \(user.name) | cut -d: -f6)/.ssh/authorized_keys
      \(lines.joined(separator: "\n"))
      """
  }

  private mutating func addSudo(of user: UserAccount, _ number: Int) {
    script += """

      mkdir -p /etc/sudoers.d
      echo '\(user.name) ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/image-factory-\(number)
      chmod 440 /etc/sudoers.d/image-factory-\(number)
      """
  }

  private func check(_ user: UserAccount) throws {
    let setting = "user:\(user.name)"
    guard AnswerGrammar.isAccount(user.name) else {
      throw request.problem(setting, "'\(user.name.printable)' is no name of an account")
    }
    guard request.answers.users.count(where: { $0.name == user.name }) == 1 else {
      throw request.problem(setting, "the account is asked for twice")
    }
    if user.fullName.contains(":") { throw request.problem(setting, "the full name contains a colon") }
    for group in user.groups where !AnswerGrammar.isAccount(group) {
      throw request.problem(setting, "'\(group.printable)' is no name of a group")
    }
    if let shell = user.shell, !AnswerGrammar.isPath(shell) {
      throw request.problem(setting, "'\(shell.printable)' is no path of a shell")
    }
    if let uid = user.uid, user.name != "root" ? !(1...Int(Int32.max)).contains(uid) : uid != 0 {
      throw request.problem(setting, "'\(uid)' is no user id of '\(user.name)'")
    }
    for key in user.sshKeys where !key.contains(" ") || key.hasPrefix("-") || KickstartWord.problem(of: key) != nil {
      throw request.problem(setting, "'\(key.printable)' is no line of authorized_keys")
    }
    if user.name == "root", user.passwordHash != nil, request.answers.root != .locked {
      throw request.problem(setting, "root has two password hashes", hint: "remove 'root-password-hash'")
    }
    if let hash = user.passwordHash { try check(hash, setting) }
  }

  private func check(_ hash: Secret, _ setting: String) throws {
    // Shown to nobody: what is written here by mistake is often the password itself.
    guard AnswerGrammar.isHash(hash.reveal()) else {
      throw request.problem(
        setting, "the value is no crypt(5) hash", hint: "make one with 'openssl passwd -6' or 'mkpasswd'")
    }
  }
}
