/// The table for people: the part of image-factory.conf(5) that lists the settings.
extension SettingsTable {
  /// Roff source (man macros): one `.SH` for images with a `.SS` per heading, then one `.SH` per kind of section. Ends with a line end.
  package static func man(kinds: KnownKinds = KnownKinds()) -> String {
    var lines: [String] = []
    for scope in SettingScope.allCases {
      lines.append(".SH " + Roff.quoted(scope.title.uppercased()))
      for group in SettingGroup.allCases {
        let settings = all.filter { $0.scope == scope && $0.group == group }
        if settings.isEmpty { continue }
        if scope == .image { lines.append(".SS " + Roff.quoted(group.title)) }
        for setting in settings { lines += entry(setting, kinds: kinds) }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func entry(_ setting: Setting, kinds: KnownKinds) -> [String] {
    let allowed = allowedValues(of: setting, kinds: kinds)
    let value: String
    switch setting.kind {
    case .boolean, .optionalBoolean: value = setting.kind.placeholder
    case .integer(let range): value = "\(setting.placeholder) (\(range.lowerBound)–\(range.upperBound))"
    default: value = allowed.isEmpty ? setting.placeholder : allowed.joined(separator: "|")
    }
    var lines = [".TP", "\\fB\(Roff.text(setting.key))\\fR = \\fI\(Roff.text(value))\\fR", Roff.sentence(setting.help)]
    if let details = setting.details { lines.append(Roff.text(details)) }
    if setting.isNumbered {
      lines.append(
        Roff.text("\(setting.key)1, \(setting.key)2 and so on add further ones, in the order of their numbers."))
    }
    if !setting.defaultText.isEmpty { lines.append(Roff.text("Default: \(setting.defaultText).")) }
    if !setting.formerNames.isEmpty {
      lines.append(Roff.text("Also written: \(setting.formerNames.joined(separator: ", "))."))
    }
    return lines
  }
}

/// Text for roff.
enum Roff {
  /// Backslashes and hyphens escaped; a dot or quote at the start of a line is no request.
  static func text(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "–": result += "\\(en"
      case "…": result += "..."
      case "~": result += "\\(ti"
      case "^": result += "\\(ha"
      default: result.append(character)
      }
    }
    return result.hasPrefix(".") || result.hasPrefix("'") ? "\\&" + result : result
  }

  static func quoted(_ text: String) -> String { "\"" + self.text(text) + "\"" }

  /// A line of help as a sentence.
  static func sentence(_ text: String) -> String {
    self.text(text.prefix(1).uppercased() + text.dropFirst() + ".")
  }
}
