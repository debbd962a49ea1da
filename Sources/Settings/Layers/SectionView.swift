import Model

/// What one section sees, most specific first: command line, its own keys, those of the sections it inherits from, DEFAULT.
struct SectionView: Sendable {
  let name: String
  /// The section each level is written in, and its values.
  let levels: [(section: String, content: ConfigSection)]

  /// The value of `key` and the section it stands in; nil when nothing sets it.
  func find(_ key: String) -> (section: String, value: ConfigValue)? {
    for level in levels {
      if let value = level.content.values[key] { return (level.section, value) }
    }
    return nil
  }

  /// Every key that is seen, DEFAULT's first as in Python, each once.
  var keys: [String] {
    var seen = Set<String>()
    var result: [String] = []
    for level in levels.reversed() {
      for key in level.content.order where seen.insert(key).inserted { result.append(key) }
    }
    return result
  }
}

extension ConfigSet {
  /// Bound for chains of `inherits`, so that reading all sections of a file stays linear.
  static let longestLineage = 32

  /// The section and those it inherits from, nearest first; an error when one is missing or the chain runs in a circle.
  func lineage(of name: String) -> Result<[String], ConfigProblem> {
    var chain = [name]
    var seen: Set<String> = [name]
    while let last = chain.last, let parent = sections[last]?.values["inherits"] {
      let next = parent.text
      if next.isEmpty { break }
      guard sections[next] != nil, next != INIFile.defaultSection else {
        let close = Spelling.closest(to: next, among: order)
        return .failure(
          ConfigProblem(
            "[\(last.printable)] inherits from '\(next.printable)', which is no section",
            hint: close.map { "did you mean '\($0.printable)'?" }
              ?? "known sections are listed by 'image-factory show-config'",
            at: location(of: parent)))
      }
      chain.append(next)
      guard chain.count <= ConfigSet.longestLineage else {
        return .failure(
          ConfigProblem(
            "[\(name.printable)] inherits over more than \(ConfigSet.longestLineage) sections",
            hint: "shorten the chain",
            at: location(of: parent)))
      }
      guard seen.insert(next).inserted else {
        return .failure(
          ConfigProblem(
            "[\(name.printable)] inherits from itself: \(chain.map(\.printable).joined(separator: " → "))",
            hint: "remove one 'inherits'", at: location(of: parent)))
      }
    }
    return .success(chain)
  }

  /// The view of a section; a broken chain of inheritance ends where it breaks (``lineage(of:)`` reports it).
  ///
  /// - Parameter overrides: values of the command line, above everything.
  func view(of name: String, overrides: ConfigSection? = nil) -> SectionView {
    var chain = [name]
    if sections[name]?.values["inherits"] != nil, case .success(let lineage) = lineage(of: name) { chain = lineage }
    var levels: [(String, ConfigSection)] = []
    if let overrides { levels.append((name, overrides)) }
    for link in chain where link != INIFile.defaultSection {
      if let section = sections[link] { levels.append((link, section)) }
    }
    if let defaults = sections[INIFile.defaultSection] { levels.append((INIFile.defaultSection, defaults)) }
    return SectionView(name: name, levels: levels)
  }
}

/// An error of the config that stops reading one value.
struct ConfigProblem: Error, Equatable {
  let message: String
  let hint: String?
  let location: SourceLocation?

  init(_ message: String, hint: String? = nil, at location: SourceLocation? = nil) {
    self.message = message
    self.hint = hint
    self.location = location
  }

  var finding: Finding { .config(message, hint: hint, at: location) }
}
