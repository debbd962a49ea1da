import Model
import SystemPackage

/// Reads the settings of one section into a target by the rules of its book.
struct SectionReader {
  let interpolator: Interpolator
  let request: LoaderRequest
  var findings: [Finding] = []
  /// Where each value stands, by setting key.
  var origins: [String: SourceLocation] = [:]
  /// Keys of settings whose value is wrong: what follows from their absence is not worth a finding of its own.
  var failed: Set<String> = []

  /// One value that was chosen for a rule, with the key as the user spelled it.
  private struct Choice {
    var number: Int
    var key: String
    var section: String
    var level: Int
    var value: ConfigValue
  }

  /// Applies every setting that `view` sees.
  ///
  /// - Parameter seesDefaults: whether `[DEFAULT]` counts; it does for images and destinations, as in the Python tool.
  mutating func read<Target>(
    _ book: RuleBook<Target>, from view: SectionView, into target: inout Target, seesDefaults: Bool
  ) {
    for (index, choices) in choose(book, from: view, seesDefaults: seesDefaults) {
      let rule = book.rules[index]
      for choice in choices {
        guard let text = text(of: choice, for: rule.setting, in: view) else {
          failed.insert(rule.setting.key)
          continue
        }
        origins[rule.setting.key] = interpolator.set.location(of: choice.value)
        if let expected = rule.apply(settingText(text.text, at: choice.value), &target) {
          findings.append(wrong(choice, text, rule.setting, expected))
          failed.insert(rule.setting.key)
        }
      }
    }
  }

  /// For each rule the values that win: the most specific section's, and within one section the last layer's spelling.
  private mutating func choose<Target>(
    _ book: RuleBook<Target>, from view: SectionView, seesDefaults: Bool
  ) -> [(Int, [Choice])] {
    var chosen: [Int: [Choice]] = [:]
    for (level, entry) in view.levels.enumerated() where seesDefaults || entry.section != INIFile.defaultSection {
      for key in entry.content.order {
        guard let (index, number) = book.find(key), let value = entry.content.values[key] else { continue }
        let choice = Choice(number: number, key: key, section: entry.section, level: level, value: value)
        guard let before = chosen[index]?.firstIndex(where: { $0.number == number }) else {
          chosen[index, default: []].append(choice)
          continue
        }
        guard let other = chosen[index]?[before], other.level == level else { continue }
        if other.value.layer == value.layer { findings.append(sameSetting(other, choice)) }
        if value.layer > other.value.layer { chosen[index]?[before] = choice }
      }
    }
    return chosen.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted { $0.number < $1.number }) }
  }

  private mutating func text(of choice: Choice, for setting: Setting, in view: SectionView) -> ResolvedText? {
    // `$6$salt$hash` is what mkpasswd prints; nobody doubles its dollar signs.
    if setting.kind == .secret, SecretNames.isLiteralHash(choice.value.text) {
      return ResolvedText(text: choice.value.text, isPrivate: true)
    }
    var interpolator = interpolator
    if setting.key == "post-upload-command" { interpolator.later = ["image"] }
    switch interpolator.resolve(choice.value, of: choice.key, standingIn: choice.section, in: view) {
    case .success(var text):
      if setting.kind == .secret { text.isPrivate = true }
      return text
    case .failure(let problem):
      findings.append(problem.finding)
      return nil
    }
  }

  private func settingText(_ text: String, at value: ConfigValue) -> SettingText {
    let layer = interpolator.set.layer(of: value)
    let folder = layer.kind == .shipped ? layer.folder ?? request.host.workingFolder : request.host.workingFolder
    return SettingText(text: text.trimmingBlanks, folder: folder, home: request.host.home, kinds: request.kinds)
  }

  private func wrong(_ choice: Choice, _ text: ResolvedText, _ setting: Setting, _ expected: String) -> Finding {
    let shown = text.isPrivate ? Secret.mask : text.text.printable
    let cut = shown.count > 60 ? shown.prefix(60) + "…" : shown
    // A private value may be part of what was expected ("… instead of 'x'").
    let wanted = text.isPrivate && setting.kind != .secret ? "another value" : expected
    return .config(
      "'\(choice.key.printable)' of [\(choice.section.printable)] is '\(cut)', expected \(wanted)",
      at: interpolator.set.location(of: choice.value))
  }

  private func sameSetting(_ first: Choice, _ second: Choice) -> Finding {
    .config(
      "'\(first.key.printable)' and '\(second.key.printable)' in [\(first.section.printable)] are the same setting",
      hint: "remove one of them", at: interpolator.set.keyLocation(of: second.value))
  }
}

/// Which keys hold secrets, in whatever spelling.
enum SecretNames {
  private static let names = Set(
    SettingsTable.all.filter { $0.kind == .secret }.flatMap { [$0.key] + $0.formerNames })

  static func contains(_ key: String) -> Bool { names.contains(RuleBook<ImageDraft>.normal(key)) }

  /// A crypt(5) hash written with single dollar signs.
  static func isLiteralHash(_ text: String) -> Bool {
    text.hasPrefix("$") && !text.hasPrefix("$$") && !text.contains("${") && text.dropFirst().contains("$")
  }
}
