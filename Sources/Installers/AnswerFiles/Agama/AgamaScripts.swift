import Model

/// The two scripts of a profile: before Agama looks at the product, and in the finished system after the boot loader is written.
struct AgamaScripts {
  let request: RenderRequest
  let software: AgamaSoftware
  let accounts: SUSEAccounts
  let payload: SUSEPayload
  let revealing: Bool

  var section: JSONNode {
    get throws {
      .object([
        ("pre", .list([.object([("name", .string("image-factory-start")), ("content", .string(start))])])),
        (
          "post",
          .list([
            .object([
              ("name", .string("image-factory-finish")), ("chroot", .boolean(true)),
              ("content", .string(try finish)),
            ])
          ])
        ),
      ])
    }
  }

  private var start: String {
    var script = SUSEScript("Run by Agama before the product is chosen.", request)
    script.define(pump)
    if !payload.before.isEmpty { script.define(SUSEPayload.runScript) }
    script.add(["begin 'the profile is read'"])
    script.add("keys of repositories", software.keyCommands)
    for before in payload.before {
      script.add([SUSEPayload.call("run_script \(before.name)", before.contents, revealing: revealing)])
    }
    return script.text
  }

  /// The journal leaves the guest with hashes masked. A unit of its own, because Agama waits for its script's children; the last
  /// word is written when Agama is done, after it has unmounted the system.
  private var pump: String {
    """
    cat >/run/image-factory-log <<'PUMP'
    #!/bin/sh
    journalctl --follow --lines=all --no-hostname --output=short |
      sed -u \(SUSEScript.mask) | while IFS= read -r line; do
      printf '%s\\n' "$line"
      case $line in
      *'Install phase done'*) echo '\(GuestEvent.finished.line)' ;;
      esac
    done >/dev/\(request.logPort)
    PUMP
    systemd-run --quiet --collect --unit=image-factory-log /bin/sh /run/image-factory-log
    """
  }

  private var finish: String {
    get throws {
      let system = SUSEFinish(request: request, payload: payload, revealing: revealing)
      var script = SUSEScript("Run by Agama in the finished system.", request)
      script.add("accounts", creations)
      script.add(passwords)
      script.add("keys of accounts", authorizedKeys)
      script.add("packages that are not wanted", removal)
      script.add("packet filter", firewall)
      script.add("SELinux", selinux)
      try system.add(to: &script, packages: software.packages, services: services)
      return script.text
    }
  }

  private var creations: [String] {
    let groups = accounts.groups.map { "getent group \($0.name) >/dev/null || groupadd \($0.name)" }
    return groups
      + accounts.users.map { user in
        var words = ["useradd", "--create-home", "--shell", user.shell ?? "/bin/bash"]
        if !user.fullName.isEmpty { words += ["--comment", user.fullName] }
        if let uid = user.uid { words += ["--uid", "\(uid)"] }
        if !user.groups.isEmpty { words += ["--groups", user.groups.joined(separator: ",")] }
        return ShellWords.join(words + [user.name])
      }
  }

  private var passwords: [String] {
    let lines = accounts.users.compactMap { user in
      user.passwordHash.map { "\(user.name):\(revealing ? $0.reveal() : "\($0)")" }
    }
    return lines.isEmpty ? [] : ["chpasswd --encrypted <<'END'\n\(lines.joined(separator: "\n"))\nEND"]
  }

  private var authorizedKeys: [String] {
    let users = [("root", accounts.rootKeys)] + accounts.users.map { ($0.name, $0.sshKeys) }
    return users.filter { !$0.1.isEmpty }.map { name, keys in
      """
      home=$(getent passwd \(name) | cut -d: -f6)
      mkdir -p "$home/.ssh"
      printf '%s\\n' \(ShellWords.join(keys)) >"$home/.ssh/authorized_keys"
      chmod 700 "$home/.ssh"
      chmod 600 "$home/.ssh/authorized_keys"
      chown -R "\(name):" "$home/.ssh"
      """
    }
  }

  private var removal: [String] {
    request.answers.excludedPackages.map { name in
      "if rpm -q \(name) >/dev/null; then zypper --non-interactive --no-refresh remove \(name); fi"
    }
  }

  /// The ports and services that are named, and no other.
  private var firewall: [String] {
    guard let firewall = request.answers.firewall else { return [] }
    guard firewall.enabled else {
      return ["if rpm -q firewalld >/dev/null; then systemctl disable firewalld.service; fi"]
    }
    let open = firewall.open.map { word in
      SUSEGrammar.port(word).map { "firewall-offline-cmd --zone=public --add-port=\($0)" }
        ?? "firewall-offline-cmd --zone=public --add-service=\(word)"
    }
    return [
      """
      for name in $(firewall-offline-cmd --zone=public --list-services); do
        firewall-offline-cmd --zone=public --remove-service-from-zone="$name"
      done
      """
    ] + open + ["systemctl enable firewalld.service"]
  }

  private var selinux: [String] {
    guard let mode = request.answers.selinux else { return [] }
    return ["sed -i -e 's/^SELINUX=.*/SELINUX=\(mode.rawValue)/' /etc/selinux/config"]
  }

  private var services: [String] {
    let services = request.answers.services
    var enabled = services.enabled
    if request.answers.timeServers != nil, !enabled.contains("chronyd") { enabled.append("chronyd") }
    return enabled.map { "systemctl enable \($0)" } + services.disabled.map { "systemctl disable \($0)" }
      + services.masked.map { "systemctl mask \($0)" }
  }
}
