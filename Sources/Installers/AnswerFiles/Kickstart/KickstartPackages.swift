import Model

/// The `%packages` section.
struct KickstartPackages {
  private let request: RenderRequest

  init(_ request: RenderRequest) throws {
    self.request = request
    let answers = request.answers
    for (setting, names) in [("packages", answers.packages), ("excluded-packages", answers.excludedPackages)] {
      for name in names where !KickstartPackages.isPackage(name) {
        throw request.problem(setting, "'\(name.printable)' is no name of an RPM package")
      }
    }
    for group in answers.groups where !KickstartPackages.isGroup(group) {
      throw request.problem(
        "groups", "'\(group.printable)' is no id of a package group",
        hint: "ids have no blanks ('dnf group list -v --hidden' shows them); an environment is '^minimal-environment'")
    }
    guard answers.ostree != nil else { return }
    for (setting, isAsked) in [
      ("packages", !answers.packages.isEmpty), ("excluded-packages", !answers.excludedPackages.isEmpty),
      ("groups", !answers.groups.isEmpty), ("recommends", !answers.recommends),
    ] where isAsked {
      throw request.problem(setting, "no packages are installed from an OSTree", hint: "compose them into the tree")
    }
  }

  /// The section; nil for an OSTree.
  var section: (header: String, body: String)? {
    let answers = request.answers
    guard answers.ostree == nil else { return nil }
    let lines = answers.groups.map { "@\($0)" } + packages + answers.excludedPackages.map { "-\($0)" }
    return (answers.recommends ? "%packages" : "%packages --exclude-weakdeps", lines.joined(separator: "\n"))
  }

  /// What is asked for, and what other answers need to work. The group `core` comes without being asked for.
  private var packages: [String] {
    let answers = request.answers
    var names = answers.packages
    func need(_ name: String) {
      if !names.contains(name), !answers.excludedPackages.contains(name) { names.append(name) }
    }
    if answers.users.contains(where: { $0.sudo && $0.name != "root" }) { need("sudo") }
    // Without it the installer falls back to C.UTF-8. (pyanaconda/modules/localization/installation.py)
    let language = String(answers.locale.prefix { $0 != "_" && $0 != "." && $0 != "@" })
    if (2...3).contains(language.count), AnswerGrammar.matches(language, AnswerGrammar.letters) {
      need("glibc-langpack-\(language)")
    }
    return names
  }

  /// A package with an optional architecture, version, or `*` in its name.
  private static func isPackage(_ word: String) -> Bool {
    AnswerGrammar.matches(
      word, AnswerGrammar.alphanumerics + "+-._~:*", first: AnswerGrammar.alphanumerics + "_*")
  }

  private static func isGroup(_ word: String) -> Bool {
    let name = word.hasPrefix("^") ? String(word.dropFirst()) : word
    return AnswerGrammar.matches(name, AnswerGrammar.alphanumerics + "+-._", first: AnswerGrammar.alphanumerics)
  }
}
