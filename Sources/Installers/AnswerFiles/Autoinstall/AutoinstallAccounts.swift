import Model

/// Accounts, made by the late script in the installed system: useradd, chpasswd and copied `authorized_keys`.
///
/// Hashes are in a file of their own on the volume that only chpasswd reads, so that no log, no list of processes and no
/// left-over of the installer shows one.
struct AutoinstallAccounts {
  /// `accounts` (name:hash lines) and one `authorized-keys-N` per user with keys.
  private(set) var files: [RenderedFile] = []
  /// Lines of the late script.
  private(set) var script: [String] = []
  private var passwords: [(name: String, hash: Secret)] = []

  init(_ request: RenderRequest) throws {
    if case .passwordHash(let hash) = request.answers.root {
      try Self.check(hash, "root-password-hash", request)
      passwords.append(("root", hash))
    }
    for (index, user) in request.answers.users.enumerated() {
      try check(user, request)
      if user.name != "root" { script.append(Self.creation(of: user)) }
      if let hash = user.passwordHash { passwords.append((user.name, hash)) }
      if !user.sshKeys.isEmpty { try addKeys(of: user, index + 1, request) }
      if user.sudo, user.name != "root" { addSudo(of: user, index + 1) }
    }
    guard !passwords.isEmpty else { return }
    let text = passwords.map { "\($0.name):\($0.hash.reveal())\n" }.joined()
    let masked = passwords.map { "\($0.name):\($0.hash)\n" }.joined()
    files.append(RenderedFile("accounts", contents: Array(text.utf8), masked: masked))
    script.append("chroot /target chpasswd --encrypted <\(AutoinstallVolume.folder)/accounts")
  }

  private static func creation(of user: UserAccount) -> String {
    var words = ["chroot", "/target", "useradd", "--create-home", "--shell", user.shell ?? "/bin/bash"]
    if !user.fullName.isEmpty { words += ["--comment", user.fullName] }
    if let uid = user.uid { words += ["--uid", "\(uid)"] }
    if !user.groups.isEmpty { words += ["--groups", user.groups.joined(separator: ",")] }
    return ShellWords.join(words + [user.name])
  }

  private mutating func addKeys(of user: UserAccount, _ number: Int, _ request: RenderRequest) throws {
    for key in user.sshKeys
    where !key.contains(" ") || key.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
      throw request.problem("user:\(user.name)", "'\(key.printable)' is no line of authorized_keys")
    }
    let name = "authorized-keys-\(number)"
    files.append(RenderedFile(name, text: user.sshKeys.joined(separator: "\n") + "\n"))
    script.append("install_keys \(user.name) \(AutoinstallVolume.folder)/\(name)")
  }

  private mutating func addSudo(of user: UserAccount, _ number: Int) {
    let path = "/target/etc/sudoers.d/image-factory-\(number)"
    script.append("mkdir -p /target/etc/sudoers.d")
    script.append("echo '\(user.name) ALL=(ALL:ALL) NOPASSWD: ALL' >\(path)")
    script.append("chmod 440 \(path)")
  }

  private func check(_ user: UserAccount, _ request: RenderRequest) throws {
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
    for group in user.groups where !AnswerGrammar.isAccount(group) {
      throw request.problem(setting, "'\(group.printable)' is no name of a group")
    }
    if let shell = user.shell, !AnswerGrammar.isPath(shell) || shell.contains(":") {
      throw request.problem(setting, "'\(shell.printable)' is no path of a shell")
    }
    if user.name == "root", user.uid ?? 0 != 0 { throw request.problem(setting, "root's user id is 0") }
    if user.name == "root", user.passwordHash != nil, request.answers.root != .locked {
      throw request.problem(setting, "root has two password hashes", hint: "remove 'root-password-hash'")
    }
    if let hash = user.passwordHash { try Self.check(hash, setting, request) }
  }

  private static func check(_ hash: Secret, _ setting: String, _ request: RenderRequest) throws {
    // Shown to nobody: what is written here by mistake is often the password itself.
    guard AnswerGrammar.isHash(hash.reveal()) else {
      throw request.problem(
        setting, "the value is no crypt(5) hash", hint: "make one with 'openssl passwd -6' or 'mkpasswd'")
    }
  }
}
