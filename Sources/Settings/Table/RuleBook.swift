import Model

/// The rules of one scope with a look-up by every name a file may use.
struct RuleBook<Target: Sendable>: Sendable {
  let rules: [SettingRule<Target>]
  private let indexes: [String: Int]

  /// - Parameter blank: a target with nothing but defaults; tells the defaults.
  init(_ scope: SettingScope, blank: Target, groups: [(SettingGroup, [SettingRule<Target>])]) {
    var rules: [SettingRule<Target>] = []
    var indexes: [String: Int] = [:]
    for (group, members) in groups {
      for var rule in members {
        rule.setting.scope = scope
        rule.setting.group = group
        rule.setting.isFlag = scope == .image && !rule.setting.isNumbered
        if rule.setting.defaultText.isEmpty { rule.setting.defaultText = rule.show(blank) }
        for name in [rule.setting.key] + rule.setting.formerNames {
          indexes[RuleBook.normal(name)] = rules.count
        }
        rules.append(rule)
      }
    }
    self.rules = rules
    self.indexes = indexes
  }

  /// The index of the rule a key belongs to, and its number (`post-build-command3`); nil for an unknown key.
  func find(_ key: String) -> (index: Int, number: Int)? {
    let name = RuleBook.normal(key)
    if let index = indexes[name] { return (index, 0) }
    let digits = name.reversed().prefix { $0.isASCII && $0.isNumber }.count
    guard digits > 0, digits < 7, let number = Int(name.suffix(digits)) else { return nil }
    guard let index = indexes[String(name.dropLast(digits))], rules[index].setting.isNumbered else { return nil }
    return (index, number)
  }

  /// All names, for "did you mean".
  var names: [String] { rules.flatMap { [$0.setting.key] + $0.setting.formerNames } }

  /// `_` and `-` are one.
  static func normal(_ key: String) -> String {
    guard key.utf8.contains(UInt8(ascii: "_")) else { return key }
    return String(decoding: key.utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }, as: UTF8.self)
  }
}
