import Model

/// Finds keys that nothing knows and nothing uses: typing errors, told at second 0 with their line.
struct KeyCheck {
  let set: ConfigSet
  let roles: SectionRoles
  let isStrict: Bool
  /// The only section to look at; nil: all.
  var only: String?
  /// Sections that a tree has as well: they are its business.
  var ofTree: Set<String> = []

  /// So many unknown keys are reported; beyond that the file is something else than a config.
  static let mostFindings = 500

  func findings() -> [Finding] {
    let used = References.all(in: set)
    var findings: [Finding] = []
    for name in only.map({ [$0] }) ?? set.order {
      guard let section = set.sections[name], let role = roles.roles[name], role != .variables else { continue }
      for key in section.order where !used.contains(key) && !KeyCheck.isKnown(key, for: role) {
        guard let value = section.values[key] else { continue }
        if findings.count == KeyCheck.mostFindings {
          findings.append(.config("more than \(findings.count) unknown keys; the rest is not listed"))
          return findings
        }
        findings.append(finding(key, value, in: name, role: role))
      }
    }
    return only == nil ? findings + loneSections(used) : findings
  }

  private func finding(_ key: String, _ value: ConfigValue, in section: String, role: SectionRoles.Role) -> Finding {
    let location = set.keyLocation(of: value)
    let message = "unknown key '\(key.printable)' in [\(section.printable)]"
    if let close = Spelling.closest(to: key, among: KeyCheck.names(for: role)) {
      return .config(message, hint: "did you mean '\(close)'?", at: location)
    }
    let hint = "nothing refers to it as a variable either; 'image-factory settings' lists the keys"
    return isStrict ? .config(message, hint: hint, at: location) : .warning(message, hint: hint, at: location)
  }

  /// Sections that look like images but cannot be built.
  private func loneSections(_ used: Set<String>) -> [Finding] {
    let bases = Set(set.sections.values.compactMap { $0.values["inherits"]?.text })
    var findings: [Finding] = []
    for name in set.order where roles.roles[name] == .variables && !bases.contains(name) && !ofTree.contains(name) {
      guard let section = set.sections[name], findings.count < KeyCheck.mostFindings else { continue }
      guard let key = section.order.first(where: { ImageSettings.book.find($0) != nil && !used.contains($0) }) else {
        continue
      }
      findings.append(
        .warning(
          "[\(name.printable)] sets '\(key.printable)' but is neither an image nor used by one",
          hint: "an image says 'inherits = debian' or names 'kernel' and 'initrd'", at: set.location(of: section)))
    }
    return findings
  }

  private static func isKnown(_ key: String, for role: SectionRoles.Role) -> Bool {
    switch role {
    case .image, .template: ImageSettings.book.find(key) != nil
    case .destination: SectionSettings.destination.find(key) != nil || key == "inherits"
    case .user: SectionSettings.user.find(key) != nil || key == "inherits"
    case .partition: SectionSettings.partition.find(key) != nil || key == "inherits"
    case .repository: SectionSettings.repository.find(key) != nil || key == "inherits"
    case .file: SectionSettings.file.find(key) != nil || key == "inherits"
    case .defaults: ImageSettings.book.find(key) != nil || SectionSettings.destination.find(key) != nil
    case .variables: true
    }
  }

  private static func names(for role: SectionRoles.Role) -> [String] {
    switch role {
    case .image, .template, .variables: SettingsTable.names(.image)
    case .defaults: SettingsTable.names(.image) + SettingsTable.names(.destination)
    case .destination: SettingsTable.names(.destination)
    case .user: SettingsTable.names(.user)
    case .partition: SettingsTable.names(.partition)
    case .repository: SettingsTable.names(.repository)
    case .file: SettingsTable.names(.file)
    }
  }
}

/// The names that a text refers to.
enum References {
  /// Every key that some value refers to, in whatever section.
  static func all(in set: ConfigSet) -> Set<String> {
    var used = Set<String>()
    for section in set.sections.values {
      for value in section.values.values { collect(from: value.text, into: &used) }
    }
    return used
  }

  /// Adds the key of each `${key}` and `${section:key}`.
  static func collect(from text: String, into names: inout Set<String>) {
    guard text.utf8.contains(UInt8(ascii: "$")) else { return }
    let bytes = Array(text.utf8)
    var index = 0
    while index + 1 < bytes.count {
      guard bytes[index] == UInt8(ascii: "$") else {
        index += 1
        continue
      }
      guard bytes[index + 1] == UInt8(ascii: "{"),
        let end = bytes[(index + 2)...].firstIndex(of: UInt8(ascii: "}"))
      else {
        index += 2
        continue
      }
      let path = String(decoding: bytes[(index + 2)..<end], as: UTF8.self)
      names.insert(path.split(separator: ":").last.map { $0.lowercased() } ?? "")
      index = end + 1
    }
  }
}
