import Model

/// Accounts as a script makes them in the installed system: useradd, chpasswd and copied `authorized_keys`.
///
/// Hashes are in a file of their own that only chpasswd reads, so that no log, no list of processes and no left-over of the
/// installer shows one.
struct TargetAccounts {
  /// `accounts` (name:hash lines) and one `authorized-keys-N` per user with keys.
  private(set) var files: [RenderedFile] = []
  /// Lines of the script; they use ``TargetScript/installKeys``.
  private(set) var script: [String] = []

  /// `folder`: where the script finds rendered files, without a slash at the end.
  init(_ request: RenderRequest, folder: String) throws {
    try AccountRules.check(request)
    var passwords: [(name: String, hash: Secret)] = []
    if case .passwordHash(let hash) = request.answers.root { passwords.append(("root", hash)) }
    for (index, user) in request.answers.users.enumerated() {
      if user.name != "root" { script.append(Self.creation(of: user)) }
      if let hash = user.passwordHash { passwords.append((user.name, hash)) }
      if !user.sshKeys.isEmpty { addKeys(of: user, index + 1, folder) }
      if user.sudo, user.name != "root" { addSudo(of: user, index + 1) }
    }
    guard !passwords.isEmpty else { return }
    let text = passwords.map { "\($0.name):\($0.hash.reveal())\n" }.joined()
    let masked = passwords.map { "\($0.name):\($0.hash)\n" }.joined()
    files.append(RenderedFile("accounts", contents: Array(text.utf8), masked: masked))
    script.append("chroot /target chpasswd --encrypted <\(folder)/accounts")
  }

  private static func creation(of user: UserAccount) -> String {
    var words = ["chroot", "/target", "useradd", "--create-home", "--shell", user.shell ?? "/bin/bash"]
    if !user.fullName.isEmpty { words += ["--comment", user.fullName] }
    if let uid = user.uid { words += ["--uid", "\(uid)"] }
    if !user.groups.isEmpty { words += ["--groups", user.groups.joined(separator: ",")] }
    return ShellWords.join(words + [user.name])
  }

  private mutating func addKeys(of user: UserAccount, _ number: Int, _ folder: String) {
    let name = "authorized-keys-\(number)"
    files.append(RenderedFile(name, text: user.sshKeys.joined(separator: "\n") + "\n"))
    script.append("install_keys \(user.name) \(folder)/\(name)")
  }

  private mutating func addSudo(of user: UserAccount, _ number: Int) {
    let path = "/target/etc/sudoers.d/image-factory-\(number)"
    script.append("mkdir -p /target/etc/sudoers.d")
    script.append("echo '\(user.name) ALL=(ALL:ALL) NOPASSWD: ALL' >\(path)")
    script.append("chmod 440 \(path)")
  }
}
