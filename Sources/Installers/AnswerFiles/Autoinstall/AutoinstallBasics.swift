import Model

/// Language, keyboard, time zone and the names of the machine.
struct AutoinstallBasics {
  let locale: YAMLNode
  let keyboard: YAMLNode
  let timeZone: YAMLNode

  init(_ request: RenderRequest) throws {
    let answers = request.answers
    let plain = AnswerGrammar.alphanumerics
    guard AnswerGrammar.matches(answers.locale, plain + "_.@-", first: plain) else {
      throw request.problem("locale", "'\(answers.locale.printable)' is no locale", hint: "for example 'en_US.UTF-8'")
    }
    guard AnswerGrammar.matches(answers.timeZone, plain + "_+-/", first: plain) else {
      throw request.problem(
        "timezone", "'\(answers.timeZone.printable)' is no time zone", hint: "for example 'Etc/UTC'")
    }
    locale = .string(answers.locale)
    timeZone = .string(answers.timeZone)
    let words = answers.keymap.split(separator: " ").map(String.init)
    guard (1...2).contains(words.count), words.allSatisfy({ AnswerGrammar.matches($0, plain + "_-", first: plain) })
    else {
      throw request.problem(
        "keymap", "'\(answers.keymap.printable)' is no keyboard layout", hint: "for example 'us' or 'de nodeadkeys'")
    }
    keyboard = .map([.init("layout", .string(words[0])), .init("variant", .string(words.count == 2 ? words[1] : ""))])
  }

  /// The late script's lines for the host name: the installer takes one only together with a user.
  static func hostNames(_ request: RenderRequest) throws -> String {
    let answers = request.answers
    guard AnswerGrammar.isHostLabel(answers.hostname) else {
      throw request.problem("hostname", "'\(answers.hostname.printable)' is no host name without a domain")
    }
    guard answers.domain.isEmpty || AnswerGrammar.isDomainName(answers.domain) else {
      throw request.problem("domain", "'\(answers.domain.printable)' is no domain name")
    }
    let names = answers.domain.isEmpty ? answers.hostname : "\(answers.hostname).\(answers.domain) \(answers.hostname)"
    return """
      phase "the machine's name"
      echo \(answers.hostname) >/target/etc/hostname
      cat >/target/etc/hosts <<'END'
      127.0.0.1 localhost
      127.0.1.1 \(names)

      ::1 ip6-localhost ip6-loopback
      ff02::1 ip6-allnodes
      ff02::2 ip6-allrouters
      END
      """
  }
}
