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
  @Flag(name: .long, help: "As a JSON Schema.") var schema = false

  func run() throws {
    if man { return Console.raw(SettingsTable.man()) }
    if schema { return Console.out(SettingsTable.schema(kinds: Kinds.known)) }
    if json { return Console.out(SettingsTable.json()) }
    for setting in SettingsTable.all {
      let value = setting.defaultText.isEmpty ? "" : " (default: \(setting.defaultText))"
      Console.out("\(setting.key) = \(setting.placeholder)\(value)\n    \(setting.help)")
    }
  }
}
