/// The table for machines.
extension SettingsTable {
  /// A list of objects, one per setting, in the order of the manual; ends with a line end.
  package static func json(kinds: KnownKinds = KnownKinds()) -> String {
    JSONText.list(all.map { object($0, kinds: kinds) }).text() + "\n"
  }

  private static func object(_ setting: Setting, kinds: KnownKinds) -> JSONText {
    var members: [(String, JSONText)] = [
      ("key", .string(setting.key)),
      ("scope", .string(setting.scope.rawValue)),
      ("group", .string(setting.group.title)),
      ("type", .string(setting.kind.name)),
      ("default", .string(setting.defaultText)),
      ("help", .string(setting.help)),
    ]
    if let details = setting.details { members.append(("details", .string(details))) }
    if !setting.formerNames.isEmpty {
      members.append(("formerNames", .list(setting.formerNames.map { .string($0) })))
    }
    let allowed = allowedValues(of: setting, kinds: kinds)
    if !allowed.isEmpty { members.append(("values", .list(allowed.map { .string($0) }))) }
    if case .integer(let range) = setting.kind {
      members += [("minimum", .number(range.lowerBound)), ("maximum", .number(range.upperBound))]
    }
    if setting.isFlag {
      let letter = setting.short.map { "-\($0), " } ?? ""
      members.append(("flag", .string("\(letter)--\(setting.key)")))
    }
    if setting.isNumbered { members.append(("numbered", .boolean(true))) }
    return .object(members)
  }

  /// The listed values of a setting with the names that this program's registries really have.
  package static func allowedValues(of setting: Setting, kinds: KnownKinds) -> [String] {
    switch setting.key {
    case "format": kinds.diskFormats
    case "upload-type": kinds.uploaders
    case "answer-format": kinds.answerFormats
    case "watcher": kinds.watchers
    default: setting.kind.allowedValues
    }
  }
}
