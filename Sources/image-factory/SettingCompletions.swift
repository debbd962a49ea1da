import ArgumentParser
import Pipeline
import Settings

/// The flags that follow from the settings table, for the scripts that complete words in shells; nothing is ever parsed by it.
///
/// swift-argument-parser finds options by looking at a type's properties through a mirror. This one shows it an option for each
/// setting, and only while such a script is made: ``SettingFlags`` has turned them into `--set` before anything is parsed.
struct SettingCompletions: ParsableArguments, CustomReflectable {
  private struct Name: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init() {}

  init(from decoder: any Decoder) throws { _ = try decoder.container(keyedBy: Name.self) }

  var customMirror: Mirror {
    let isWanted = CommandLine.arguments.contains { $0.hasPrefix("--generate-completion-script") }
    let flags = isWanted ? SettingsTable.all.filter(\.isFlag) : []
    return Mirror(self, children: flags.map { (label: "_\($0.key)", value: Self.option($0)) })
  }

  private static func option(_ setting: Setting) -> Any {
    let help = ArgumentHelp(stringLiteral: setting.help)
    if setting.kind == .boolean {
      return Flag<Bool?>(name: .customLong(setting.key), inversion: .prefixedNo, help: help)
    }
    var names: [NameSpecification.Element] = [.customLong(setting.key)]
    if let letter = setting.short { names.append(.customShort(letter)) }
    return Option<String?>(
      wrappedValue: nil, name: NameSpecification(names), help: help, completion: values(of: setting))
  }

  private static func values(of setting: Setting) -> CompletionKind {
    let names = SettingsTable.allowedValues(of: setting, kinds: Kinds.known)
    if !names.isEmpty { return .list(names) }
    switch setting.kind {
    case .path, .paths, .sources: return .file()
    case .optionalBoolean: return .list(["auto", "yes", "no"])
    default: return .default
    }
  }
}
