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
    try AccountRules.check(request)
    for user in request.answers.users {
      for key in user.sshKeys where KickstartWord.problem(of: key) != nil {
        throw request.problem("user:\(user.name)", "'\(key.printable)' is no line of authorized_keys")
      }
    }
    for (index, user) in request.answers.users.enumerated() {
      if user.sshKeys.count > 1 { addKeys(of: user) }
      if user.sudo, user.name != "root" { addSudo(of: user, index + 1) }
    }
  }

  func add(to text: inout KickstartText) throws {
    // Without a `rootpw` line the installer would wait for somebody to make an administrator.
    // (pyanaconda/modules/users/users.py: any line counts)
    let user = request.answers.users.first { $0.name == "root" }
    if let hash = rootHash ?? user?.passwordHash {
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

  private var rootHash: Secret? {
    if case .passwordHash(let hash) = request.answers.root { hash } else { nil }
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
}
