/// Every setting there is; flags, help, manual, JSON and schema follow from this list.
package enum SettingsTable {
  /// All settings, by scope, then by heading, in the order of the manual.
  package static let all: [Setting] =
    ImageSettings.book.rules.map(\.setting) + SectionSettings.destination.rules.map(\.setting)
    + SectionSettings.user.rules.map(\.setting) + SectionSettings.partition.rules.map(\.setting)
    + SectionSettings.repository.rules.map(\.setting) + SectionSettings.file.rules.map(\.setting)

  /// The setting that `name`, a key or a former spelling, stands for; nil for an unknown one.
  package static func setting(named name: String, scope: SettingScope = .image) -> Setting? {
    let key = name.lowercased()
    switch scope {
    case .image: return ImageSettings.book.setting(key)
    case .destination: return SectionSettings.destination.setting(key)
    case .user: return SectionSettings.user.setting(key)
    case .partition: return SectionSettings.partition.setting(key)
    case .repository: return SectionSettings.repository.setting(key)
    case .file: return SectionSettings.file.setting(key)
    }
  }

  /// Names of a scope with former spellings, for "did you mean".
  static func names(_ scope: SettingScope) -> [String] {
    all.filter { $0.scope == scope }.flatMap { [$0.key] + $0.formerNames }
  }
}

extension RuleBook {
  fileprivate func setting(_ key: String) -> Setting? { find(key).map { rules[$0.index].setting } }
}
