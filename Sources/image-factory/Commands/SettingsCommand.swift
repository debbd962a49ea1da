import ArgumentParser
import Model
import Pipeline
import Settings

/// `image-factory settings`: the table that config keys, flags and the manual follow from.
struct SettingsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "settings", abstract: "List every setting with its type and default.")

  @Flag(name: .long, help: "As JSON.") var json = false
  @Flag(name: .long, help: "As the manual page image-factory.conf(5).") var man = false
  @Flag(name: .long, help: "As a JSON Schema of what 'show-config IMAGE --json' prints.") var schema = false

  func validate() throws {
    if [json, man, schema].filter({ $0 }).count > 1 {
      throw ValidationError("--json, --man and --schema exclude each other")
    }
  }

  func run() {
    // Each of these ends with a line end of its own.
    if man { return Console.raw(ConfigManual.page(kinds: Kinds.known)) }
    if schema { return Console.raw(SettingsTable.schema(kinds: Kinds.known)) }
    if json { return Console.raw(SettingsTable.json(kinds: Kinds.known)) }
    for setting in SettingsTable.all {
      let key = (setting.scope.sectionPrefix.map { "[\($0)…] " } ?? "") + setting.key
      let value = setting.defaultText.isEmpty ? "" : " (default: \(setting.defaultText))"
      Console.out("\(key) = \(setting.placeholder)\(value)\n    \(setting.help)")
    }
  }
}

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
    let column = 26
    let gap = flag.count < column ? String(repeating: " ", count: column - flag.count) : "\n" + blanks(column + 2)
    return "  \(flag)\(gap) \(setting.help)"
  }

  /// The names that may be used where they are few.
  private static func placeholder(_ setting: Setting) -> String {
    let names = SettingsTable.allowedValues(of: setting, kinds: Kinds.known)
    return names.isEmpty ? setting.placeholder : names.joined(separator: "|")
  }

  private static func blanks(_ count: Int) -> String { String(repeating: " ", count: count) }
}
