import Model

/// What both openSUSE formats refuse, and the words they accept.
enum SUSEGrammar {
  /// A package or pattern of an RPM distribution.
  static func isPackage(_ word: String) -> Bool {
    AnswerGrammar.matches(word, AnswerGrammar.alphanumerics + "+-._", first: AnswerGrammar.alphanumerics)
  }

  /// Everything of the answers whose words are the same in both formats; throws a `FactoryError` that names the setting.
  static func check(_ request: RenderRequest, format: String) throws {
    let answers = request.answers
    try request.refuseDebianSettings(format)
    if answers.ostree != nil { throw unsupported(request, "ostree-url", format) }
    if answers.scripts.contains(where: { $0.moment == .onError }) {
      throw unsupported(
        request, "error-script", format, "the installer has no place for a script that runs when it gives up")
    }
    try checkBasics(request)
    try checkNames(request)
    try checkArchive(request, format)
    try checkFirewall(request)
    for word in answers.kernelArguments where !AnswerGrammar.isKernelWord(word) {
      throw request.problem("kernel-arguments", "'\(word.printable)' cannot be written into the boot loader's settings")
    }
  }

  static func unsupported(
    _ request: RenderRequest, _ setting: String, _ format: String, _ hint: String? = nil
  ) -> FactoryError {
    request.unsupported(setting, by: format, hint)
  }

  private static func checkBasics(_ request: RenderRequest) throws {
    let answers = request.answers
    let plain = AnswerGrammar.alphanumerics
    guard AnswerGrammar.matches(answers.timeZone, plain + "_+-/", first: plain) else {
      throw request.problem(
        "timezone", "'\(answers.timeZone.printable)' is no time zone", hint: "for example 'Etc/UTC'")
    }
    guard AnswerGrammar.isHostLabel(answers.hostname) else {
      throw request.problem("hostname", "'\(answers.hostname.printable)' is no host name without a domain")
    }
    guard answers.domain.isEmpty || AnswerGrammar.isDomainName(answers.domain) else {
      throw request.problem("domain", "'\(answers.domain.printable)' is no domain name")
    }
    let locale = answers.locale.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard locale.count == 2, locale[1].uppercased() == "UTF-8", language(answers) != nil else {
      throw request.problem(
        "locale", "'\(answers.locale.printable)' is no language of openSUSE's installer",
        hint: "for example 'en_US.UTF-8'")
    }
  }

  /// `en_US` of `en_US.UTF-8`; nil for what is no language and country.
  static func language(_ answers: InstallAnswers) -> String? {
    let word = String(answers.locale.prefix { $0 != "." })
    let parts = word.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, (2...3).contains(parts[0].count), parts[1].count == 2,
      AnswerGrammar.matches(parts[0], AnswerGrammar.letters), AnswerGrammar.matches(parts[1], AnswerGrammar.capitals)
    else { return nil }
    return word
  }

  /// Layout and variant as the console's keymap: `de nodeadkeys` is `de-nodeadkeys`.
  static func keymap(_ request: RenderRequest) throws -> String {
    let words = request.answers.keymap.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    let plain = AnswerGrammar.alphanumerics + "_-"
    guard (1...2).contains(words.count),
      words.allSatisfy({ AnswerGrammar.matches($0, plain, first: AnswerGrammar.alphanumerics) })
    else {
      throw request.problem(
        "keymap", "'\(request.answers.keymap.printable)' is no keyboard layout",
        hint: "for example 'us' or 'de nodeadkeys'")
    }
    return words.joined(separator: "-")
  }

  private static func checkNames(_ request: RenderRequest) throws {
    let answers = request.answers
    let lists = [
      ("packages", answers.packages), ("excluded-packages", answers.excludedPackages), ("groups", answers.groups),
    ]
    for (setting, names) in lists {
      for name in names where !isPackage(name) {
        throw request.problem(setting, "'\(name.printable)' is no name of a package or pattern")
      }
    }
    let services = [
      ("services-enable", answers.services.enabled), ("services-disable", answers.services.disabled),
      ("services-mask", answers.services.masked),
    ]
    for (setting, names) in services {
      for name in names where !AnswerGrammar.isUnit(name) {
        throw request.problem(setting, "'\(name.printable)' is no name of a service")
      }
    }
  }

  private static func checkArchive(_ request: RenderRequest, _ format: String) throws {
    let archive = request.answers.archive
    guard MirrorURL(archive.mirror) != nil else {
      throw request.problem("mirror", "'\(archive.mirror.printable)' is no http or https URL")
    }
    _ = try request.updateRepositories()
    guard archive.components.isEmpty || archive.components == ["main"] else {
      throw unsupported(request, "components", format, "openSUSE's further archives are repositories")
    }
    var names: Set<String> = []
    for repository in archive.repositories {
      let setting = "repository:\(repository.name)"
      guard
        AnswerGrammar.matches(repository.name, AnswerGrammar.alphanumerics + "-_.", first: AnswerGrammar.alphanumerics),
        names.insert(repository.name).inserted
      else {
        throw request.problem(setting, "'\(repository.name.printable)' is no name for a repository, or stands twice")
      }
      guard MirrorURL(repository.source) != nil else {
        throw request.problem(setting, "'\(repository.source.printable)' is no http or https URL of a repository")
      }
    }
  }

  private static func checkFirewall(_ request: RenderRequest) throws {
    for word in request.answers.firewall?.open ?? [] where port(word) == nil {
      guard AnswerGrammar.matches(word, AnswerGrammar.alphanumerics + "-_", first: AnswerGrammar.alphanumerics) else {
        throw request.problem(
          "firewall-open", "'\(word.printable)' is neither a port nor a service", hint: "for example '22/tcp' or 'ssh'")
      }
    }
  }

  /// `8080/tcp` or `8000-8010/udp`, as firewalld writes ports; nil when the word is none.
  static func port(_ word: String) -> String? {
    let parts = word.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, ["tcp", "udp", "sctp", "dccp"].contains(parts[1]) else { return nil }
    let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) ?? 0 }
    guard (1...2).contains(ends.count), !ends.contains(0), ends == ends.sorted() else { return nil }
    return ends.map { "\($0)" }.joined(separator: "-") + "/" + parts[1]
  }
}
