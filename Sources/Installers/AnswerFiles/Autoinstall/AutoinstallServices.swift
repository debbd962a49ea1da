import Model

/// Time servers and packet filter of the finished system, as lines of the late script.
enum AutoinstallServices {
  /// Ubuntu's clock is kept by systemd-timesyncd, since 25.10 by chrony: whichever is there gets the servers.
  static func timeServers(_ request: RenderRequest) throws -> String? {
    let servers = try TargetScript.timeServers(
      request, notSetFor: TargetScript.timeKeepers.filter { !["systemd-timesyncd", "chrony"].contains($0) })
    if servers.isEmpty { return nil }
    return """
      phase "time servers"
      if [ -x /target/usr/sbin/chronyd ]; then
        mkdir -p /target/etc/chrony/sources.d
        rm -f /target/etc/chrony/sources.d/ubuntu-*.sources
        cat >/target/etc/chrony/sources.d/image-factory.sources <<'END'
      \(servers.map { "server \($0) iburst" }.joined(separator: "\n"))
      END
      else
      \(TargetScript.timesyncd(servers))
      fi
      """
  }

  /// Rules are written without being loaded; ufw loads them at the first boot.
  static func firewall(_ firewall: Firewall, _ request: RenderRequest) throws -> String {
    let rules = try firewall.open.map { service -> String in
      let parts = service.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      let ports = parts[0].split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) ?? 0 }
      if parts.count == 2, ["tcp", "udp"].contains(parts[1]), (1...2).contains(ports.count), !ports.contains(0) {
        return "in_target ufw allow \(ports.map { "\($0)" }.joined(separator: ":"))/\(parts[1])"
      }
      guard
        AnswerGrammar.matches(service, AnswerGrammar.letters + "-" + AnswerGrammar.digits, first: AnswerGrammar.letters)
      else {
        throw request.problem(
          "firewall-open", "'\(service.printable)' is no port or service", hint: "for example '22/tcp' or 'ssh'")
      }
      return "in_target ufw allow \(service)"
    }
    let state = firewall.enabled ? "yes" : "no"
    var lines = ["phase firewall"] + rules
    // Last: with ENABLED=yes ufw would load each rule into the installer's own kernel.
    lines.append("sed -i -e 's/^ENABLED=.*/ENABLED=\(state)/' /target/etc/ufw/ufw.conf")
    lines.append("grep -q '^ENABLED=\(state)$' /target/etc/ufw/ufw.conf")
    if firewall.enabled { lines.append("in_target systemctl enable ufw.service") }
    return lines.joined(separator: "\n")
  }
}
