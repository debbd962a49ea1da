import Model

/// Whether anybody gets into the finished system.
enum LoginCheck {
  /// The warning for an image that is locked for everybody, as the default is; nil when there is a way in, or none that can be
  /// told from the config: an answer file or a script of the user's own, a service that makes accounts at the first boot.
  static func findings(of config: ImageConfig) -> [Finding] { finding(config).map { [$0] } ?? [] }

  private static func finding(_ config: ImageConfig) -> Finding? {
    let answers = config.answers
    guard config.answerFile.own.isEmpty, !config.answerFile.format.isEmpty else { return nil }
    if answers.root != .locked || answers.rootPassword != nil { return nil }
    if answers.users.contains(where: { $0.passwordHash != nil || $0.password != nil || !$0.sshKeys.isEmpty }) {
      return nil
    }
    if answers.packages.contains(where: { firstBoot.contains($0) }) { return nil }
    if answers.scripts.contains(where: { $0.moment == .after }) || answers.ostree != nil { return nil }
    if answers.files.contains(where: { $0.path.contains("authorized_keys") || $0.path.contains("/cloud") }) {
      return nil
    }
    let hint =
      if let user = answers.users.first {
        "set 'ssh-keys' or 'password-file' in [user:\(user.name)]"
      } else {
        "set 'users = NAME' with 'ssh-keys' or 'password-file' in a section [user:NAME], or 'root-password-file'"
      }
    return .warning(
      "nobody can log in to '\(config.name)': root is locked, and no user has a password or an SSH key",
      hint: hint, at: config.origins["users"])
  }

  /// Packages that make accounts when the image is started.
  private static let firstBoot: Set<String> = ["cloud-init", "ignition", "afterburn", "combustion", "jeos-firstboot"]
}
