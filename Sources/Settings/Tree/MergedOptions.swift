import Model

/// Lists that many files add to and take from: `OPT_add*` and `OPT_del*`, as eos-image-builder merges them.
struct MergedOptions: Sendable {
  /// A pattern of section names, and an option.
  struct Member: Sendable, Equatable {
    var section: NamePattern
    var option: String

    /// `SECTION:OPTION`; nil when there is no colon in the middle.
    init?(_ word: String) {
      guard let colon = word.lastIndex(of: ":"), colon != word.startIndex, word.last != ":" else { return nil }
      section = NamePattern(String(word[..<colon]))
      option = word[word.index(after: colon)...].lowercased()
    }
  }

  var members: [Member]

  /// The nineteen of eos-image-builder (its `ImageConfigParser.MERGED_OPTIONS`).
  static let original = """
    buildroot:mounts check:hooks content:hooks endlesskey:collections error:hooks flatpak:locales flatpak-remote-*:apps
    flatpak-remote-*:runtimes flatpak-remote-*:exclude flatpak-remote-*:allow_extra_data image:hooks image:icon_grid
    image:settings image:settings_locks kolibri:install_channels kolibri-*:exclude_node_ids kolibri-*:include_node_ids
    manifest:hooks publish:hooks
    """.split(whereSeparator: \.isWhitespace).map(String.init)

  /// The option that holds the list itself: `merged_options` in `[build]`, with `_add` and `_del` of its own.
  static let own = Member("build:merged_options")

  init(words: [String]) { members = words.compactMap(Member.init) }

  /// A file whose bare `OPT_add` and `OPT_del` carry the file's name, so that files do not overwrite each other.
  ///
  /// A key that has a suffix already is left alone and is overridden by name. The renamed key moves to the section's end.
  func suffixed(_ file: INIFile, namespace: String) -> INIFile {
    var file = file
    for index in file.sections.indices where file.sections[index].name != INIFile.defaultSection {
      for name in bareKeys(in: file.sections[index].name) {
        guard let at = file.sections[index].entries.firstIndex(where: { $0.key == name }) else { continue }
        let entry = file.sections[index].entries.remove(at: at)
        let new = INIEntry(
          key: "\(name)_\(namespace)", value: entry.value, line: entry.line, keyColumn: entry.keyColumn,
          column: entry.column)
        if let there = file.sections[index].entries.firstIndex(where: { $0.key == new.key }) {
          file.sections[index].entries[there] = new
        } else {
          file.sections[index].entries.append(new)
        }
      }
    }
    return file
  }

  /// The same for one key from a place that is no file.
  func suffixed(_ key: String, in section: String, namespace: String) -> String {
    section != INIFile.defaultSection && bareKeys(in: section).contains(key) ? "\(key)_\(namespace)" : key
  }

  /// The keys that add to a merged option of the section or take from it, as they are written.
  private func bareKeys(in section: String) -> [String] {
    (members + [MergedOptions.own].compactMap(\.self)).filter { $0.section.matches(section) }
      .flatMap { [$0.option + "_add", $0.option + "_del"] }.uniqued
  }

  /// Sets each option to the words that are added more often than taken away, one a line, and removes what they came from.
  ///
  /// An option that is set as such wins, and what adds to it or takes from it is dropped.
  func merge(_ set: inout ConfigSet) -> [Finding] {
    var findings: [Finding] = []
    var spent: [(section: String, key: String)] = []
    for member in members {
      for name in set.order where name != INIFile.defaultSection && member.section.matches(name) {
        spent += merge(member.option, in: name, of: &set, &findings)
      }
    }
    for (section, key) in spent { set.change(section) { $0.remove(key) } }
    return findings
  }

  private func merge(
    _ option: String, in name: String, of set: inout ConfigSet, _ findings: inout [Finding]
  ) -> [(String, String)] {
    let view = set.view(of: name)
    let keys = view.keys.inOwnOrder(set.sections[name]?.order ?? [])
    let added = keys.filter { $0.hasPrefix(option + "_add") }
    let removed = keys.filter { $0.hasPrefix(option + "_del") }
    let spent = (added + removed).map { (name, $0) }
    if view.find(option) != nil { return spent }
    var count: [String: Int] = [:]
    var order: [String] = []
    var isPrivate = false
    let interpolator = Interpolator(set: set)
    for (key, step) in added.map({ ($0, 1) }) + removed.map({ ($0, -1) }) {
      switch interpolator.resolve(key, in: view) {
      case .success(let text)?:
        isPrivate = isPrivate || text.isPrivate
        for word in text.text.split(whereSeparator: \.isWhitespace).map(String.init) {
          if count[word] == nil { order.append(word) }
          count[word, default: 0] += step
        }
      case .failure(let problem)?: findings.append(problem.finding)
      case nil: break
      }
    }
    let kept = order.filter { (count[$0] ?? 0) > 0 }
    // The words are resolved; a dollar sign in one is not the start of a reference any more.
    let text = kept.map { String($0.flatMap { $0 == "$" ? ["$", "$"] : [$0] }) }.joined(separator: "\n")
    set.set(option, in: name, to: text, as: ConfigLayer(name: "merged options", kind: .user, isPrivate: isPrivate))
    return spent
  }
}

extension [String] {
  /// The section's own keys in their order, then the ones it sees in DEFAULT: the order in which Python gives them.
  fileprivate func inOwnOrder(_ own: [String]) -> [String] {
    let known = Set(own)
    return own + filter { !known.contains($0) }
  }
}
