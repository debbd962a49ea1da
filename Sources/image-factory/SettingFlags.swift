import Model
import Settings

/// Turns the flags that follow from the settings table into `--set KEY=VALUE`, which every command takes.
///
/// So a new setting is a flag without a line here: `--image-size 8G`, `--image-size=8G`, `-f qcow2`, `--keep-raw`,
/// `--no-keep-raw`.
enum SettingFlags {
  static func rewrite(_ arguments: [String]) throws -> [String] {
    var result: [String] = []
    var rest = arguments[...]
    // There `--format` is the answer file's; what the disk becomes is of no interest to it.
    let isRender = arguments.first == "render"
    // The value of an option of ours is not looked at: `--set` may be followed by anything.
    let own = ["--set", "--config", "--configs", "--tree", "--localdir"] + (isRender ? ["--format", "--all"] : [])
    while let argument = rest.popFirst() {
      if argument == "--" { return result + [argument] + rest }
      guard !(isRender && argument.hasPrefix("--format=")), !own.contains(argument), let flag = Flag(argument) else {
        result.append(argument)
        if own.contains(argument), let value = rest.popFirst() {
          result.append(value)
        }
        continue
      }
      if let value = flag.value {
        result += ["--set", "\(flag.key)=\(value)"]
      } else if let value = rest.popFirst() {
        result += ["--set", "\(flag.key)=\(value)"]
      } else {
        throw FactoryError(.usage, "missing value for '\(argument)'", hint: flag.help)
      }
    }
    return result
  }

  private struct Flag {
    let key: String
    /// nil: the next argument.
    let value: String?
    let help: String

    init?(_ argument: String) {
      guard argument.hasPrefix("-"), argument.count > 1 else { return nil }
      if !argument.hasPrefix("--") {
        guard argument.count == 2, let letter = argument.last,
          let setting = SettingsTable.all.first(where: { $0.isFlag && $0.short == letter })
        else { return nil }
        (key, value, help) = (setting.key, nil, setting.help)
        return
      }
      let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      let given = parts.count == 2 ? String(parts[1]) : nil
      if let setting = SettingsTable.setting(named: name), setting.isFlag {
        let isSwitch = setting.kind.isBoolean && given == nil
        (key, value, help) = (setting.key, isSwitch ? "yes" : given, setting.help)
      } else if name.hasPrefix("no-"), given == nil,
        let setting = SettingsTable.setting(named: String(name.dropFirst(3))), setting.isFlag, setting.kind.isBoolean
      {
        (key, value, help) = (setting.key, "no", setting.help)
      } else {
        return nil
      }
    }
  }
}

extension SettingKind {
  fileprivate var isBoolean: Bool {
    if case .boolean = self { return true }
    return false
  }
}
