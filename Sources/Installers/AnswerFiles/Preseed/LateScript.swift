import Model

/// The script that the installer runs when the system is installed: what no question of the installer covers.
struct LateScript {
  let text: String

  init(_ request: RenderRequest, _ accounts: PreseedAccounts, _ placed: PreseedFiles, _ scripts: PreseedScripts) throws
  {
    var parts = [Self.head]
    if accounts.script.contains(where: { $0.hasPrefix("install_keys") }) { parts.append(Self.installKeys) }
    if !placed.script.isEmpty { parts.append(Self.placeFile) }
    if !accounts.script.isEmpty { parts.append("say accounts\n" + accounts.script.joined(separator: "\n")) }
    let keymap = try Keymap(request).script
    if !keymap.isEmpty { parts.append("say keyboard\n" + keymap.joined(separator: "\n")) }
    if let time = try Self.timeServers(request) { parts.append(time) }
    if !placed.script.isEmpty { parts.append("say files\n" + placed.script.joined(separator: "\n")) }
    if !request.answers.excludedPackages.isEmpty { parts.append(Self.removal(request.answers.excludedPackages)) }
    if request.firstBootHostKeys { parts.append(Self.hostKeys) }
    let services = try Self.services(request)
    if !services.isEmpty { parts.append("say services\n" + services.joined(separator: "\n")) }
    parts.append(Self.bootLoaderSettings(request.answers.kernelArguments))
    if !scripts.late.isEmpty { parts.append(Self.late(scripts.late)) }
    if request.holdInitramfs { parts.append(Self.initramfs) }
    parts.append(Self.bootLoader)
    parts.append("say \"the late script is done\"")
    text = parts.joined(separator: "\n\n") + "\n"
  }

  private static let head = """
    #!/bin/sh
    # Run by the Debian installer when the system is installed; a failing command fails the build.
    set -e

    say() { logger -t image-factory "$*"; }
    """

  private static let installKeys = """
    install_keys() {
      home=$(chroot /target getent passwd "$1" | cut -d: -f6)
      mkdir -p "/target$home/.ssh"
      cp "$2" "/target$home/.ssh/authorized_keys"
      chmod 700 "/target$home/.ssh"
      chmod 600 "/target$home/.ssh/authorized_keys"
      chroot /target chown -R "$1:" "$home/.ssh"
    }
    """

  private static let placeFile = """
    place_file() {
      mkdir -p "/target${2%/*}"
      cp "$1" "/target$2"
      chroot /target chown "$4" "$2"
      chmod "$3" "/target$2"
    }
    """

  private static func removal(_ packages: [String]) -> String {
    // One by one: apt-get stops at the first name that it does not know.
    let lines = packages.map { name in
      "if chroot /target dpkg-query -s \(name) >/dev/null 2>&1; then in-target apt-get -q -y purge \(name); fi"
    }
    return "say \"packages that are not wanted\"\n" + lines.joined(separator: "\n")
  }

  private static func timeServers(_ request: RenderRequest) throws -> String? {
    guard let servers = request.answers.timeServers, !servers.isEmpty else { return nil }
    let allowed = AnswerGrammar.alphanumerics + ".-:"
    for server in servers where !AnswerGrammar.matches(server, allowed) {
      throw request.problem("time-servers", "'\(server.printable)' is no name of a time server")
    }
    if let keeper = request.answers.packages.first(where: { PreseedPackages.timeKeepers.contains($0) }),
      keeper != "systemd-timesyncd"
    {
      throw request.problem(
        "time-servers", "the servers of '\(keeper)' are not set here", hint: "place its configuration with 'files'")
    }
    return """
      mkdir -p /target/etc/systemd/timesyncd.conf.d
      cat >/target/etc/systemd/timesyncd.conf.d/image-factory.conf <<'END'
      [Time]
      NTP=\(servers.joined(separator: " "))
      END
      """
  }

  private static func services(_ request: RenderRequest) throws -> [String] {
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
        return "chroot /target systemctl \(verb) \(name)"
      }
    }
  }

  /// The host keys of the build are removed from the image afterwards; a machine makes its own when it has none.
  private static let hostKeys = """
    if [ -x /target/usr/sbin/sshd ]; then
      say "SSH host keys are made at the first boot"
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
      chroot /target systemctl enable image-factory-ssh-host-keys.service
    fi
    """

  /// grub-installer makes GRUB use the installer's own serial console, whatever the finished system is asked to have.
  private static func bootLoaderSettings(_ arguments: [String]) -> String {
    var edits = "sed -i -e '/^GRUB_TERMINAL=/d' -e '/^GRUB_SERIAL_COMMAND=/d' \"$grub\""
    if let serial = SerialConsole.grubCommand(for: arguments) {
      edits +=
        "\n  echo 'GRUB_TERMINAL=\"console serial\"' >>\"$grub\"\n  echo 'GRUB_SERIAL_COMMAND=\"\(serial)\"' >>\"$grub\""
    }
    return """
      grub=/target/etc/default/grub
      if [ -e "$grub" ]; then
        \(edits)
      fi
      """
  }

  /// Once, when nothing more is installed; grub.cfg gets its initrd line right after.
  private static let initramfs = """
    tool=/usr/sbin/update-initramfs
    if chroot /target dpkg-divert --list "$tool" | grep -q image-factory; then
      say initramfs
      rm -f "/target$tool"
      chroot /target dpkg-divert --local --rename --divert "$tool.image-factory" --remove "$tool"
      for kernel in /target/boot/vmlinuz-*; do
        in-target update-initramfs -c -k "${kernel##*/vmlinuz-}"
      done
    fi
    """

  private static let bootLoader = """
    if [ -e "$grub" ]; then
      say "boot loader"
      in-target update-grub
    fi
    """

  private static func late(_ calls: [String]) -> String {
    """
    run_in_target() {
      say "${1#/}"
      cp "$1" "/target/root$1"
      chmod 700 "/target/root$1"
      in-target "/root$1"
      rm -f "/target/root$1"
    }
    \(calls.joined(separator: "\n"))
    """
  }
}
