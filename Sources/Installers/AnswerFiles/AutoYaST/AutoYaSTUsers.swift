import Model

/// The accounts: root always, because without a word about it a question or an open account is left.
struct AutoYaSTUsers {
  let sections: [XMLElement]

  init(_ accounts: SUSEAccounts) {
    var root: [XMLElement] = [.string("username", "root"), .boolean("encrypted", true)]
    root.append(Self.password(accounts.rootHash, from: "root-password-hash"))
    if !accounts.rootKeys.isEmpty { root.append(Self.keys(accounts.rootKeys, from: "user:root")) }
    let users = [XMLElement.map("user", root)] + accounts.users.map(Self.user)
    let groups = accounts.groups.map { group in
      XMLElement.map(
        "group",
        [.string("groupname", group.name), .string("userlist", group.members.joined(separator: ","))])
    }
    sections = [.list("users", users)] + (groups.isEmpty ? [] : [.list("groups", groups)])
  }

  private static func user(_ user: UserAccount) -> XMLElement {
    let setting = "user:\(user.name)"
    var parts: [XMLElement] = [.string("username", user.name, from: setting), .boolean("encrypted", true)]
    parts.append(password(user.passwordHash, from: setting))
    if !user.fullName.isEmpty { parts.append(.string("fullname", user.fullName, from: setting)) }
    if let uid = user.uid { parts.append(.string("uid", "\(uid)", from: setting)) }
    if let shell = user.shell { parts.append(.string("shell", shell, from: setting)) }
    if !user.sshKeys.isEmpty { parts.append(keys(user.sshKeys, from: setting)) }
    return .map("user", parts)
  }

  /// `!` is what no password matches.
  private static func password(_ hash: Secret?, from setting: String) -> XMLElement {
    guard let hash else { return .string("user_password", "!") }
    return .secret("user_password", hash, from: setting)
  }

  private static func keys(_ lines: [String], from setting: String) -> XMLElement {
    .strings("authorized_keys", "authorized_key", lines, from: setting)
  }
}
