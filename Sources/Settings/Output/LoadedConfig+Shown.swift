package import Model

/// One value as a section sees it, interpolated, with where it stands.
package struct ResolvedValue: Sendable, Equatable {
  /// As the file spells it, in lower case.
  package let key: String
  /// `******` for secrets and for values that contain private ones.
  package let text: String
  /// The value before interpolation; masked likewise.
  package let raw: String
  package let location: SourceLocation
  /// The text is the mask.
  package let isMasked: Bool
}

/// What may be shown of the config; private values are in none of it.
extension LoadedConfig {
  /// What may be printed: the tree without its private files, else all that was read.
  private var shownSet: ConfigSet { tree?.shown ?? set }

  /// Every key an image (or any other section) sees with its resolved value, DEFAULT's first as in Python, and what cannot be resolved.
  package func resolved(for section: String) -> (values: [ResolvedValue], findings: [Finding]) {
    let shownSet = shownSet
    if roles.roles[section] == .image { return resolved(view(of: section), in: set) }
    guard shownSet.sections[section] != nil || section == INIFile.defaultSection else {
      return ([], [noSuchImage(section)])
    }
    return resolved(shownSet.view(of: section), in: shownSet)
  }

  /// With a tree: every section in order with what it sees, and what cannot be resolved. Without: the same of all files.
  package func resolvedSections() -> (sections: [(name: String, values: [ResolvedValue])], findings: [Finding]) {
    let shownSet = shownSet
    var sections: [(String, [ResolvedValue])] = []
    var findings: [Finding] = []
    for name in shownSet.order where name != INIFile.defaultSection {
      let (values, found) = resolved(shownSet.view(of: name), in: shownSet)
      sections.append((name, values))
      findings += found
    }
    return (sections, findings.sortedByPlace)
  }

  private func resolved(_ view: SectionView, in source: ConfigSet) -> (values: [ResolvedValue], findings: [Finding]) {
    var values: [ResolvedValue] = []
    var findings: [Finding] = []
    let (full, found) = fullValues(view, in: source)
    for value in full where !source.layer(of: value.value).isPrivate { values.append(shown(value, in: source)) }
    for (key, problem) in found {
      // A public value may refer to a private one: it is there, and it is not shown.
      if let tree, let value = view.find(key)?.value, !source.layer(of: value).isPrivate,
        case .success? = Interpolator(set: tree.full).resolve(key, in: tree.full.view(of: view.name))
      {
        let text = ResolvedText(text: "", isPrivate: true)
        values.append(shown(FullValue(key: key, value: value, text: text), in: source))
      } else {
        findings.append(problem.finding)
      }
    }
    return (values, findings.sortedByPlace)
  }

  /// File and line of a key as an image sees it, in any spelling; nil when nothing sets it or it is private.
  package func origin(of key: String, in image: String) -> SourceLocation? {
    let view = view(of: image)
    let wanted = ImageSettings.book.find(key.lowercased())
    let name =
      view.find(key.lowercased()) != nil
      ? key.lowercased()
      : view.keys.first { other in
        guard let wanted, let found = ImageSettings.book.find(other) else { return false }
        return wanted == found
      }
    guard let name, !isPrivateKey(name, in: view), let value = view.find(name)?.value else { return nil }
    return set.location(of: value)
  }

  /// The merged files as Python's `ConfigParser.write` prints them: values as written, private files left out, secrets masked.
  ///
  /// - Parameter image: only the sections this image sees, the command line's values in its own; nil: all sections.
  package func mergedText(for image: String? = nil) -> String {
    var shown = shownSet
    var names = [INIFile.defaultSection] + shown.order.filter { $0 != INIFile.defaultSection }
    if let image, tree == nil, let draft = draft(for: image).draft {
      let lineage = (try? set.lineage(of: image).get()) ?? [image]
      names = ([INIFile.defaultSection] + lineage.reversed() + sections(namedBy: draft, image: image)).uniqued
      shown.change(image) { section in
        for key in overrides?.order ?? [] {
          if let value = overrides?.values[key] { section.set(key, value) }
        }
      }
    }
    return names.compactMap { shown.sections[$0] }.map(LoadedConfig.text).joined()
  }

  private static func text(of section: ConfigSection) -> String {
    // Python prints no header for defaults that are empty.
    if section.name == INIFile.defaultSection, section.order.isEmpty { return "" }
    var text = "[\(section.name)]\n"
    for key in section.order {
      guard let value = section.values[key] else { continue }
      let content = SecretNames.contains(key) && !value.text.isEmpty ? Secret.mask : value.text
      text += "\(key) = \(content.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n\t"))\n"
    }
    return text + "\n"
  }

  /// What a value is worth before masking; for the build's own hooks.
  struct FullValue {
    var key: String
    var value: ConfigValue
    var text: ResolvedText
  }

  /// Every key a view sees with its value unmasked, and the keys whose values cannot be resolved.
  func fullValues(
    _ view: SectionView, in source: ConfigSet
  ) -> (values: [FullValue], problems: [(key: String, problem: ConfigProblem)]) {
    let interpolator = Interpolator(
      set: source, focus: view, later: roles.roles[view.name] == .destination ? ["image"] : [])
    var values: [FullValue] = []
    var problems: [(String, ConfigProblem)] = []
    for key in view.keys {
      guard let (section, value) = view.find(key) else { continue }
      if SecretNames.contains(key), SecretNames.isLiteralHash(value.text) {
        values.append(FullValue(key: key, value: value, text: ResolvedText(text: value.text, isPrivate: true)))
        continue
      }
      switch interpolator.resolve(value, of: key, standingIn: section, in: view) {
      case .success(let text): values.append(FullValue(key: key, value: value, text: text))
      case .failure(let problem): problems.append((key, problem))
      }
    }
    return (values, problems)
  }

  private func shown(_ full: FullValue, in source: ConfigSet) -> ResolvedValue {
    let isSecret = SecretNames.contains(full.key) && !full.value.text.isEmpty
    let isMasked = full.text.isPrivate || isSecret
    return ResolvedValue(
      key: full.key, text: isMasked ? Secret.mask : full.text.text, raw: isSecret ? Secret.mask : full.value.text,
      location: source.location(of: full.value), isMasked: isMasked)
  }

  /// Whether the value that wins comes from a private file.
  private func isPrivateKey(_ key: String, in view: SectionView) -> Bool {
    guard let value = view.find(key)?.value else { return false }
    return set.layer(of: value).isPrivate
  }
}
