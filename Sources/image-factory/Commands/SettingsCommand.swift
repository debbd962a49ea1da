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
