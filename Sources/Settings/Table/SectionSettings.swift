import Model
import SystemPackage

/// The settings of the sections that an image names: destinations, users, partitions, repositories, files.
enum SectionSettings {
  static let destination = RuleBook(
    .destination, blank: UploadDestination(name: "", type: "", target: ""),
    groups: [
      (
        .publishing,
        [
          SettingRule("upload-type", \.type, .kind(\.uploaders), "kind of upload"),
          SettingRule("upload-target", \.target, .text, "where to, in the form of the kind: user@host:/folder/"),
          SettingRule("upload-args", \.arguments, .words, "further arguments, quoted as in a shell"),
          SettingRule(
            Setting(
              key: "post-upload-command", kind: .commandLine, defaultText: "none",
              help: "command run after the upload; ${image} is the image's path"), show: { _ in "none" }
          ) { text, destination in
            switch ValueForm.words.read(text) {
            case .value(let words):
              if !words.isEmpty { destination.postUploadCommands.append(words) }
              return nil
            case .expected(let what): return what
            }
          }.numbered,
        ]
      )
    ])

  static let user = RuleBook(
    .user, blank: UserDraft(account: UserAccount(name: "")),
    groups: [
      (
        .system,
        [
          SettingRule(
            "full-name", \.account.fullName, .text("one line without ':'", isValid: isGecos), "the person's name"),
          SettingRule(unset: "the next free one", "uid", \.account.uid, .integer(0...4_294_967_293), "user id"),
          SettingRule("groups", \.account.groups, .list("group names", isValid: NameRule.isLogin), "further groups"),
          SettingRule(
            unset: "the distribution's", "shell", \.account.shell,
            .text("an absolute path", isValid: { $0.hasPrefix("/") && NameRule.isWord($0, and: "/-._+") }),
            "login shell"),
          SettingRule(
            unset: "no password", "password-hash", \.account.passwordHash, passwordHash, "crypt(5) hash of the password"
          ),
          SettingRule(
            "ssh-keys", \.account.sshKeys, SSHKeyLine.form, "lines of authorized_keys, or paths of .pub files"),
          SettingRule("sudo", \.account.sudo, .boolean, "may become root without a password"),
        ]
      ),
      (
        .system,
        PasswordWays.rules(
          "password", of: "the account's", file: \.password.file, command: \.password.command,
          clearText: \.password.clearText)
      ),
    ])

  static let partition = RuleBook(
    .partition, blank: PartitionRequest(name: "", size: nil, fileSystem: .ext4, mountPoint: nil),
    groups: [
      (
        .layout,
        [
          SettingRule(unset: "rest", "size", \.size, .size(atLeast: .mebibytes(1)), "size, or 'rest' of the disk"),
          SettingRule("file-system", \.fileSystem, .choice, "file system").former("filesystem"),
          SettingRule(
            unset: "none", "mount-point", \.mountPoint,
            .text("an absolute path", isValid: { $0.hasPrefix("/") && NameRule.isWord($0, and: "/-._+") }),
            "where it is mounted; none for swap"
          ).former("mountpoint", "mount"),
          SettingRule(
            unset: "none", "label", \.fileSystemLabel,
            .text(
              "a label of at most 16 letters and digits",
              isValid: { NameRule.isWord($0, and: "-._") && $0.utf8.count <= 16 }),
            "label of the file system"),
          SettingRule("mkfs-options", \.mkfsOptions, .words, "further arguments of mkfs"),
          SettingRule(
            unset: "none", "volume-group", \.volumeGroup,
            .text("a word", isValid: { NameRule.isWord($0, and: "-._") }),
            "volume group of which it is a logical volume"),
        ]
      )
    ])

  static let repository = RuleBook(
    .repository, blank: Repository(name: "", source: "", key: nil),
    groups: [
      (
        .packages,
        [
          SettingRule("source", \.source, .text, "a URL; for Debian 'URL SUITE COMPONENT…'"),
          SettingRule(unset: "the distribution's own keys", "key", \.key, .path, "file of the signing key on the host"),
        ]
      )
    ])

  static let file = RuleBook(
    .file, blank: PlacedFile(path: "", source: ""),
    groups: [
      (
        .system,
        [
          SettingRule(
            "path", \.path, .text("an absolute path", isValid: { $0.hasPrefix("/") && !$0.hasSuffix("/") }),
            "where it is placed in the finished system"),
          SettingRule("source", \.source, .path, "the file on the host"),
          SettingRule("mode", \.mode, mode, "permissions, octal"),
          SettingRule(
            "owner", \.owner,
            .text("USER:GROUP", isValid: { $0.split(separator: ":").count == 2 && NameRule.isWord($0, and: ":-_") }),
            "owner and group"),
        ]
      )
    ])

  private static func isGecos(_ text: String) -> Bool {
    !text.contains(":") && !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
  }

  private static let passwordHash = ValueForm<Secret>(.secret, show: { _ in Secret.mask }) { text in
    NameRule.isCryptHash(text.text)
      ? .value(Secret(text.text)) : .expected("a crypt(5) hash as 'openssl passwd -6' makes it")
  }

  private static let mode = ValueForm<UInt16>(
    .text, expects: "octal digits such as 0644", show: { "0" + String($0, radix: 8) }
  ) { text in
    guard let mode = UInt16(text.text, radix: 8), mode <= 0o7777 else { return nil }
    return mode
  }
}
