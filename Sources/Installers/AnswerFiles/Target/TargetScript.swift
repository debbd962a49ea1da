import Model
import PrivilegedOperations

/// Parts of the scripts with which the installers of Debian and Ubuntu finish the system below `/target`.
struct TargetScript {
  /// The script's own function that tells what is being done: `say`, `phase`.
  let announce: String
  /// What runs a command inside the system: `chroot /target`, `in_target`.
  let inside: String

  /// `install_keys USER FILE`
  static let installKeys = """
    install_keys() {
      home=$(chroot /target getent passwd "$1" | cut -d: -f6)
      mkdir -p "/target$home/.ssh"
      cp "$2" "/target$home/.ssh/authorized_keys"
      chmod 700 "/target$home/.ssh"
      chmod 600 "/target$home/.ssh/authorized_keys"
      chroot /target chown -R "$1:" "$home/.ssh"
    }
    """

  /// `place_file FILE PATH MODE OWNER`
  static let placeFile = """
    place_file() {
      mkdir -p "/target${2%/*}"
      cp "$1" "/target$2"
      chroot /target chown "$4" "$2"
      chmod "$3" "/target$2"
    }
    """

  /// Of these functions those that the lines need.
  static func functions(_ accounts: TargetAccounts, _ placed: TargetFiles) -> [String] {
    (accounts.files.contains { $0.name.hasPrefix("authorized-keys") } ? [installKeys] : [])
      + (placed.script.isEmpty ? [] : [placeFile])
  }

  /// The lines under a heading; none without lines.
  func part(_ name: String, _ lines: [String]) -> [String] {
    lines.isEmpty ? [] : ["\(announce) \(name)\n" + lines.joined(separator: "\n")]
  }

  /// One by one: apt-get stops at the first name that it does not know.
  func removal(of packages: [String], by runner: String) -> [String] {
    part(
      "\"packages that are not wanted\"",
      packages.map { name in
        "if chroot /target dpkg-query -s \(name) >/dev/null 2>&1; then \(runner) apt-get -q -y purge \(name); fi"
      })
  }

  /// Services on, off and masked; throws a `FactoryError` for a name that is no unit's.
  func services(_ request: RenderRequest) throws -> [String] {
    let services = request.answers.services
    let lists = [
      ("services-enable", "enable", services.enabled), ("services-disable", "disable", services.disabled),
      ("services-mask", "mask", services.masked),
    ]
    let lines = try lists.flatMap { setting, verb, names in
      try names.map { name in
        guard AnswerGrammar.isUnit(name) else {
          throw request.problem(setting, "'\(name.printable)' is no name of a service")
        }
        return "\(inside) systemctl \(verb) \(name)"
      }
    }
    return part("services", lines)
  }

  /// Packages that keep a system's clock.
  static let timeKeepers = ["systemd-timesyncd", "chrony", "ntpsec", "openntpd"]

  /// Time servers that are names; throws a `FactoryError` for others, and when a package keeps the time that is not configured here.
  static func timeServers(_ request: RenderRequest, notSetFor keepers: [String]) throws -> [String] {
    let servers = request.answers.timeServers ?? []
    for server in servers where !AnswerGrammar.matches(server, AnswerGrammar.alphanumerics + ".-:") {
      throw request.problem("time-servers", "'\(server.printable)' is no name of a time server")
    }
    if !servers.isEmpty, let keeper = request.answers.packages.first(where: { keepers.contains($0) }) {
      throw request.problem(
        "time-servers", "the servers of '\(keeper)' are not set here", hint: "place its configuration with 'files'")
    }
    return servers
  }

  /// No time synchronisation: whatever came with other packages does not start, unless it is asked for by its name.
  func noTimeKeeper(_ request: RenderRequest, root: String) -> String {
    let asked = request.answers.services.enabled
    let units = TargetScript.timeUnits.filter {
      !asked.contains($0) && !asked.contains($0.replacing(".service", with: ""))
    }
    return """
      \(announce) "no time synchronisation"
      for unit in \(units.joined(separator: " ")); do
        if [ -e "\(root)/usr/lib/systemd/system/$unit" ] || [ -e "\(root)/lib/systemd/system/$unit" ]; then
          \(inside.isEmpty ? "" : inside + " ")systemctl disable "$unit"
        fi
      done
      """
  }

  /// The units of what keeps a system's clock, of all distributions.
  static let timeUnits = [
    "systemd-timesyncd.service", "chrony.service", "chronyd.service", "ntpsec.service", "ntpd.service",
    "openntpd.service",
  ]

  /// systemd-timesyncd's servers.
  static func timesyncd(_ servers: [String]) -> String {
    """
    mkdir -p /target/etc/systemd/timesyncd.conf.d
    cat >/target/etc/systemd/timesyncd.conf.d/image-factory.conf <<'END'
    [Time]
    NTP=\(servers.joined(separator: " "))
    END
    """
  }

  /// The host keys of the build are removed from the image afterwards; a machine makes its own when it has none.
  var hostKeys: String {
    """
    if [ -x /target/usr/sbin/sshd ]; then
      \(announce) "SSH host keys are made at the first boot"
      cat >/target\(HostKeyUnit.path) <<'END'
    \(HostKeyUnit.text)END
      \(inside) systemctl enable \(HostKeyUnit.name)
    fi
    """
  }
}
