import Model

/// The lines about language, clock, network and security.
extension Kickstart {
  func addLanguage(_ text: inout KickstartText, _ request: RenderRequest) throws {
    let answers = request.answers
    let plain = AnswerGrammar.alphanumerics
    guard AnswerGrammar.matches(answers.locale, plain + "_.@-", first: plain) else {
      throw request.problem("locale", "'\(answers.locale.printable)' is no locale", hint: "for example 'en_US.UTF-8'")
    }
    try text.command("lang", .value(answers.locale, from: "locale", request))
    try text.command("keyboard", try KickstartKeymap(request).words)
    guard AnswerGrammar.matches(answers.timeZone, plain + "_+-/", first: plain) else {
      throw request.problem(
        "timezone", "'\(answers.timeZone.printable)' is no time zone", hint: "for example 'Etc/UTC'")
    }
    try text.command("timezone", .value(answers.timeZone, from: "timezone", request), .plain("--utc"))
    guard let servers = answers.timeServers else { return try text.command("timesource", .plain("--ntp-disable")) }
    for server in servers {
      guard AnswerGrammar.matches(server, plain + ".-:", first: plain + ":") else {
        throw request.problem("time-servers", "'\(server.printable)' is no name of a time server")
      }
      try text.command("timesource", .option("--ntp-server", server, from: "time-servers", request))
    }
  }

  /// The card's name is another one in every machine: the connection that this makes is replaced in `%post`.
  func addNetwork(_ text: inout KickstartText, _ request: RenderRequest) throws {
    let answers = request.answers
    guard AnswerGrammar.isHostLabel(answers.hostname) else {
      throw request.problem("hostname", "'\(answers.hostname.printable)' is no host name without a domain")
    }
    guard answers.domain.isEmpty || AnswerGrammar.isDomainName(answers.domain) else {
      throw request.problem("domain", "'\(answers.domain.printable)' is no domain name")
    }
    let name = answers.domain.isEmpty ? answers.hostname : answers.hostname + "." + answers.domain
    try text.command(
      "network", .plain("--device=link"), .plain("--bootproto=dhcp"), .plain("--activate"),
      .option("--hostname", name, from: "hostname", request))
  }

  func addSecurity(_ text: inout KickstartText, _ request: RenderRequest) throws {
    if let firewall = request.answers.firewall { try text.command("firewall", try words(of: firewall, request)) }
    if let mode = request.answers.selinux { try text.command("selinux", .plain("--\(mode.rawValue)")) }
    let services = request.answers.services
    var words: [KickstartWord] = []
    for (setting, option, names) in [
      ("services-disable", "--disabled", services.disabled), ("services-enable", "--enabled", services.enabled),
    ] where !names.isEmpty {
      for name in names where !AnswerGrammar.isUnit(name) {
        throw request.problem(setting, "'\(name.printable)' is no name of a service")
      }
      words.append(try .option(option, names.joined(separator: ","), from: setting, request))
    }
    if !words.isEmpty { try text.command("services", words) }
  }

  /// Anaconda opens SSH unless told not to. (pyanaconda/modules/network/firewall/installation.py)
  private func words(of firewall: Firewall, _ request: RenderRequest) throws -> [KickstartWord] {
    guard firewall.enabled else {
      guard firewall.open.isEmpty else {
        throw request.problem("firewall-open", "nothing can be opened in a firewall that is off")
      }
      return [.plain("--disabled")]
    }
    var ports: [String] = []
    var services: [String] = []
    for entry in firewall.open {
      let parts = entry.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      if parts.count == 2, AnswerGrammar.isPortRange(parts[0]), ["tcp", "udp", "sctp", "dccp"].contains(parts[1]) {
        ports.append("\(parts[0]):\(parts[1])")
      } else if parts.count == 1,
        AnswerGrammar.matches(entry, AnswerGrammar.alphanumerics + "-_", first: AnswerGrammar.alphanumerics)
      {
        services.append(entry)
      } else {
        throw request.problem(
          "firewall-open", "'\(entry.printable)' is neither a port nor a service",
          hint: "for example '443/tcp' or 'ssh'")
      }
    }
    var words = [KickstartWord.plain("--enabled")]
    if !ports.isEmpty { words.append(.plain("--port=" + ports.joined(separator: ","))) }
    if !services.isEmpty { words.append(.plain("--service=" + services.joined(separator: ","))) }
    if !services.contains("ssh"), !ports.contains("22:tcp") { words.append(.plain("--remove-service=ssh")) }
    return words
  }
}

extension AnswerGrammar {
  /// A port of 1 to 65535, or two with a hyphen.
  fileprivate static func isPortRange(_ word: String) -> Bool {
    let ends = word.split(separator: "-", omittingEmptySubsequences: false)
    guard (1...2).contains(ends.count), matches(word, digits + "-", first: digits) else { return false }
    let ports = ends.compactMap { UInt16($0) }.filter { $0 > 0 }
    return ports.count == ends.count && ports.first ?? 0 <= ports.last ?? 0
  }
}
