import Model

/// Which packages the installer adds to its base system.
struct AutoinstallPackages {
  /// What is asked for, and what other answers need to work; tasks with `^` behind their names, as apt-get takes them.
  let names: [String]

  init(_ request: RenderRequest) throws {
    let answers = request.answers
    for (setting, names) in [("packages", answers.packages), ("excluded-packages", answers.excludedPackages)] {
      for name in names where !AnswerGrammar.isPackage(name) {
        throw request.problem(setting, "'\(name.printable)' is no name of an Ubuntu package")
      }
    }
    for task in answers.groups where !AnswerGrammar.matches(task, Self.task, first: AnswerGrammar.letters) {
      throw request.problem("groups", "'\(task.printable)' is no name of an Ubuntu task")
    }
    var names = answers.packages
    func need(_ name: String) {
      if !names.contains(name), !answers.excludedPackages.contains(name) { names.append(name) }
    }
    if answers.users.contains(where: \.sudo) { need("sudo") }
    if answers.firewall != nil { need("ufw") }
    self.names = names + answers.groups.map { $0 + "^" }
  }

  private static let task = AnswerGrammar.letters + AnswerGrammar.digits + "-+."
}
