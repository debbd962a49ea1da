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
    try AccountRules.check(request)
    for user in answers.users { try Self.check(user, request) }
    let root = answers.users.first { $0.name == "root" }
    var hash = root?.passwordHash
    if case .passwordHash(let given) = answers.root {
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

  /// What these installers need beyond ``AccountRules``.
  private static func check(_ user: UserAccount, _ request: RenderRequest) throws {
    let setting = "user:\(user.name)"
    // useradd and YaST would cut them off.
    guard user.fullName.trimmingBlanks == user.fullName else {
      throw request.problem(setting, "the full name begins or ends with a blank")
    }
    for key in user.sshKeys where key.trimmingBlanks != key {
      throw request.problem(setting, "'\(key.printable)' is no line of authorized_keys")
    }
    if user.name == "root", !user.fullName.isEmpty || user.shell != nil || !user.groups.isEmpty {
      throw request.problem(setting, "only a password hash and SSH keys can be given to root")
    }
  }
}
