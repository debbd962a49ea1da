/// The table as JSON Schema, for editors and for checking `show-config --json`.
extension SettingsTable {
  /// A schema (draft 2020-12) of one image as `image-factory show-config IMAGE --json` prints it: key → text. Ends with a line end.
  ///
  /// Variables of the user's own are allowed; known keys, former spellings included, have the form their setting demands.
  package static func schema(kinds: KnownKinds = KnownKinds()) -> String {
    var properties: [(String, JSONText)] = []
    var patterns: [(String, JSONText)] = []
    for setting in all where setting.scope == .image {
      let form = JSONText.object(form(of: setting, kinds: kinds))
      for name in names(of: setting) { properties.append((name, form)) }
      if setting.isNumbered { patterns.append(("^\(setting.key)[0-9]+$", form)) }
    }
    return JSONText.object([
      ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
      ("title", .string("image-factory: one image")),
      ("type", .string("object")),
      ("properties", .object(properties)),
      ("patternProperties", .object(patterns)),
      ("additionalProperties", .object([("type", .string("string"))])),
    ]).text() + "\n"
  }

  /// Key and former spellings, each with hyphens and with underscores.
  private static func names(of setting: Setting) -> [String] {
    ([setting.key] + setting.formerNames).flatMap { name in
      let underscored = String(name.map { $0 == "-" ? "_" : $0 })
      return underscored == name ? [name] : [name, underscored]
    }
  }

  private static func form(of setting: Setting, kinds: KnownKinds) -> [(String, JSONText)] {
    var form: [(String, JSONText)] = [("type", .string("string")), ("description", .string(setting.help))]
    if let pattern = pattern(of: setting, kinds: kinds) { form.append(("pattern", .string(pattern))) }
    if !setting.defaultText.isEmpty { form.append(("default", .string(setting.defaultText))) }
    return form
  }

  /// What the loader accepts, as far as a regular expression says it without rejecting anything that is right.
  private static func pattern(of setting: Setting, kinds: KnownKinds) -> String? {
    switch setting.kind {
    case .boolean: "^\\s*\(words(["yes", "no", "on", "off", "true", "false", "1", "0"]))\\s*$"
    case .optionalBoolean: "^\\s*(\(words(["auto", "yes", "no", "on", "off", "true", "false", "1", "0"])))?\\s*$"
    case .integer(let range): range.lowerBound < 0 ? "^\\s*(-?[0-9]+)?\\s*$" : "^\\s*([+]?[0-9]+)?\\s*$"
    case .size: "^\\s*([0-9]+([.][0-9]+)?\\s*([KkMmGgTtPp]?([Ii]?[Bb])?)|rest|auto)?\\s*$"
    case .duration: "^\\s*([0-9]+\\s*[SsMmHhDd]?\\s*)*$"
    case .choice(let values): "^\\s*(\(words(values)))?\\s*$"
    case .kind: "^[\\s,]*(\(words(allowedValues(of: setting, kinds: kinds)))[\\s,]*)*$"
    default: nil
    }
  }

  /// Words in any case: JSON Schema's expressions have no switch for that.
  private static func words(_ words: [String]) -> String {
    let forms = words.map { word in
      word.map { letter in
        let (small, large) = (letter.lowercased(), letter.uppercased())
        if small != large { return "[\(large)\(small)]" }
        return letter == "-" || letter.isNumber ? small : "\\" + small
      }.joined()
    }
    return "(" + forms.joined(separator: "|") + ")"
  }
}
