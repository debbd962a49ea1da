import Model

/// Services, time servers and packet filter of the finished system, as lines of the late script.
enum AutoinstallServices {
  static func states(_ request: RenderRequest) throws -> [String] {
    let services = request.answers.services
    let lists = [
      ("services-enable", "enable", services.enabled), ("services-disable", "disable", services.disabled),
      ("services-mask", "mask", services.masked),
    ]
    return try lists.flatMap { setting, verb, names in
      try names.map { name in
        guard AnswerGrammar.isUnit(name) else {
          throw request.problem(setting, "'\(name.printable)' is no name of a service")
        }
        return "in_target systemctl \(verb) \(name)"
      }
    }
  }

  /// Ubuntu's clock is kept by systemd-timesyncd, since 25.10 by chrony: whichever is there gets the servers.
  static func timeServers(_ request: RenderRequest) throws -> String? {
    guard let servers = request.answers.timeServers, !servers.isEmpty else { return nil }
    for server in servers where !AnswerGrammar.matches(server, AnswerGrammar.alphanumerics + ".-:") {
      throw request.problem("time-servers", "'\(server.printable)' is no name of a time server")
    }
    let keepers = AutoinstallPackages.timeKeepers.dropFirst(2)
    if let keeper = request.answers.packages.first(where: { keepers.contains($0) }) {
      throw request.problem(
        "time-servers", "the servers of '\(keeper)' are not set here", hint: "place its configuration with 'files'")
    }
    return """
      phase "time servers"
      if [ -x /target/usr/sbin/chronyd ]; then
        mkdir -p /target/etc/chrony/sources.d
        rm -f /target/etc/chrony/sources.d/ubuntu-*.sources
        cat >/target/etc/chrony/sources.d/image-factory.sources <<'END'
      \(servers.map { "server \($0) iburst" }.joined(separator: "\n"))
      END
      else
        mkdir -p /target/etc/systemd/timesyncd.conf.d
        cat >/target/etc/systemd/timesyncd.conf.d/image-factory.conf <<'END'
      [Time]
      NTP=\(servers.joined(separator: " "))
      END
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

  /// The host keys of the build are removed from the image afterwards; a machine makes its own when it has none.
  static let hostKeys = """
    if [ -x /target/usr/sbin/sshd ]; then
      phase "SSH host keys at the first boot"
      cat >/target/etc/systemd/system/image-factory-ssh-host-keys.service <<'END'
    [Unit]
    Description=Make this machine's own SSH host keys
    ConditionPathExistsGlob=!/etc/ssh/ssh_host_*_key
    Before=ssh.service ssh.socket

    [Service]
    Type=oneshot
    ExecStart=/usr/bin/ssh-keygen -A

    [Install]
    WantedBy=multi-user.target
    END
      in_target systemctl enable image-factory-ssh-host-keys.service
    fi
    """
}
