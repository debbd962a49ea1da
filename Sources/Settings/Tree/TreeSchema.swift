import Model
import SystemPackage

/// Checks a tree's values against its schema files: `KEY_required = true`, `KEY_values = a b`, `KEY_type = path|paths`.
struct TreeSchema {
  let set: ConfigSet
  let workingFolder: FilePath

  func check(_ schemas: [FilePath]) -> [Finding] {
    var schema = ConfigSet()
    var findings: [Finding] = []
    for path in schemas {
      switch FileContent.read(path) {
      case .success(let bytes):
        let file = INIFile(name: path.string, bytes: bytes)
        findings += file.problems
        schema.add(file, as: ConfigLayer(name: path.string, kind: .shipped))
      case .failure(.missing): break
      case .failure(let problem):
        findings.append(
          .config("cannot read '\(path.string.printable)': \(problem.message)", at: SourceLocation(file: path.string)))
      }
    }
    let reader = Interpolator(set: schema)
    for section in schema.order where section != INIFile.defaultSection {
      let view = schema.view(of: section)
      for key in view.keys {
        guard let rule = view.find(key)?.value else { continue }
        switch reader.resolve(rule, of: key, standingIn: section, in: view) {
        case .success(let text):
          if let finding = check(key, text.text, section: section, at: schema.keyLocation(of: rule)) {
            findings.append(finding)
          }
        case .failure(let problem): findings.append(problem.finding)
        }
      }
    }
    return findings
  }

  private func check(_ key: String, _ rule: String, section: String, at location: SourceLocation) -> Finding? {
    guard let end = key.lastIndex(of: "_"), end != key.startIndex else { return unknown(key, section, location) }
    let option = String(key[..<end])
    switch key[key.index(after: end)...] {
    case "required":
      guard rule.lowercased() == "true", value(option, section) == nil else { return nil }
      return .config(
        "[\(section.printable)] '\(option.printable)' is missing", hint: "the schema says that it is required",
        at: location)
    case "values":
      let allowed = rule.split(whereSeparator: \.isWhitespace).map(String.init)
      guard let found = value(option, section), !allowed.contains(found.text) else { return nil }
      return .config(
        "[\(section.printable)] '\(option.printable)' is '\(found.shown)', expected \(allowed.asChoices)",
        at: found.location)
    case "type": return checkPaths(option, rule, section: section, at: location)
    default: return unknown(key, section, location)
    }
  }

  private func checkPaths(_ option: String, _ rule: String, section: String, at location: SourceLocation) -> Finding? {
    guard rule == "path" || rule == "paths" else {
      return .config(
        "'\(option.printable)_type' of [\(section.printable)] is '\(rule.printable)' in the schema, expected path or paths",
        at: location)
    }
    guard let found = value(option, section) else { return nil }
    let text = found.text.trimmingBlanks
    let paths =
      rule == "path" ? (text.isEmpty ? [] : [text]) : text.split(whereSeparator: \.isWhitespace).map(String.init)
    for path in paths where !FileContent.exists(workingFolder.pushing(FilePath(path))) {
      let shown = found.isPrivate ? Secret.mask : path.printable
      return .config(
        "[\(section.printable)] '\(option.printable)' names '\(shown)', which does not exist",
        hint: "the schema says that it is a path", at: found.location)
    }
    return nil
  }

  private func unknown(_ key: String, _ section: String, _ location: SourceLocation) -> Finding {
    .warning(
      "'\(key.printable)' of [\(section.printable)] in the schema checks nothing",
      hint: "end it with _required, _values or _type", at: location)
  }

  private struct Found {
    var text: String
    var isPrivate: Bool
    var location: SourceLocation
    var shown: String { isPrivate ? Secret.mask : text.printable }
  }

  /// The resolved value; nil when it is not set or cannot be resolved, which is reported where values are.
  private func value(_ option: String, _ section: String) -> Found? {
    guard set.sections[section] != nil else { return nil }
    let view = set.view(of: section)
    guard let value = view.find(option)?.value,
      case .success(let text)? = Interpolator(set: set).resolve(option, in: view)
    else { return nil }
    return Found(text: text.text, isPrivate: text.isPrivate, location: set.location(of: value))
  }
}
