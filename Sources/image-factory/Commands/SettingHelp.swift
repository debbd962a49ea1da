import Pipeline
import Settings

/// The flags that follow from the settings table, for `--help`.
enum SettingHelp {
  /// A heading for each group, then a line or two for each setting that is a flag.
  static var text: String {
    SettingGroup.allCases.compactMap { group in
      let flags = SettingsTable.all.filter { $0.isFlag && $0.group == group }
      return flags.isEmpty ? nil : group.title + "\n" + flags.map(entry).joined(separator: "\n")
    }.joined(separator: "\n\n")
  }

  private static func entry(_ setting: Setting) -> String {
    let letter = setting.short.map { "-\($0), " } ?? ""
    let flag: String
    switch setting.kind {
    case .boolean: flag = "--[no-]\(setting.key)"
    default: flag = "\(letter)--\(setting.key) \(placeholder(setting))"
    }
    let column = 28
    let gap = flag.count < column - 2 ? blanks(column - 2 - flag.count) : "\n" + blanks(column)
    return "  " + flag + gap + wrapped(setting.help, from: column)
  }

  /// Words in lines of 80 columns, all but the first line indented; whoever prints help would break them at the margin.
  private static func wrapped(_ text: String, from column: Int) -> String {
    var lines = [""]
    for word in text.split(separator: " ") {
      if lines[lines.count - 1].count + word.count + 1 > 79 - column { lines.append("") }
      lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
    }
    return lines.joined(separator: "\n" + blanks(column))
  }

  /// The names that may be used where they are few.
  private static func placeholder(_ setting: Setting) -> String {
    let names = SettingsTable.allowedValues(of: setting, kinds: Kinds.known)
    return names.isEmpty ? setting.placeholder : names.joined(separator: "|")
  }

  private static func blanks(_ count: Int) -> String { String(repeating: " ", count: count) }
}
