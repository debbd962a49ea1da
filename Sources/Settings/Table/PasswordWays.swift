import Model
import SystemPackage

/// The ways in which a config gives one password, as they were written; at most one may be used.
struct PasswordWays: Sendable {
  var file: FilePath?
  var command: [String] = []
  var clearText: Secret?

  /// The ways in use, with the ends of their keys: `password-file`, `root-password-file`.
  var used: [(suffix: String, kind: PasswordSource.Kind)] {
    var result: [(String, PasswordSource.Kind)] = []
    if let file { result.append(("-file", .file(file))) }
    if !command.isEmpty { result.append(("-command", .command(command))) }
    if let clearText { result.append(("", .clearText(clearText))) }
    return result
  }

  /// The settings of the three ways; `key` is `password` or `root-password`, `owner` as in "OWNER password".
  static func rules<Target: Sendable>(
    _ key: String, of owner: String, file: any WritableKeyPath<Target, FilePath?> & Sendable,
    command: any WritableKeyPath<Target, [String]> & Sendable,
    clearText: any WritableKeyPath<Target, Secret?> & Sendable
  ) -> [SettingRule<Target>] {
    [
      SettingRule(
        unset: "none", "\(key)-file", file, .path,
        "file whose first line is \(owner) password; hashed by image-factory"
      ).details("Nobody but its owner and group may read it, nobody but its owner write it."),
      SettingRule(
        "\(key)-command", command, .words, "command that prints \(owner) password; hashed by image-factory"
      )
      .defaults(to: "none")
      .details(
        "Run without a shell by 'build', 'plan' and 'render --secrets', and by nothing else; its first line counts."),
      SettingRule(
        unset: "no clear text", key, clearText, PasswordWays.clearText,
        "\(owner) password in clear text; better is a hash or a file"),
    ]
  }

  private static let clearText = ValueForm<Secret>(.secret, show: { _ in Secret.mask }) { text in
    if text.text.contains("\n") { return .expected("one line") }
    if NameRule.isCryptHash(text.text), text.text.dropFirst().contains("$") {
      return .expected("a password; a hash belongs into the setting that ends in '-hash'")
    }
    return .value(Secret(text.text))
  }
}

/// A user's section as it is read: the account, and the ways in which its password is given.
struct UserDraft: Sendable {
  var account: UserAccount
  var password = PasswordWays()
}
