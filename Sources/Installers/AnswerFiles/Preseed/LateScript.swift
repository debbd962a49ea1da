import Model

/// The script that the installer runs when the system is installed: what no question of the installer covers.
struct LateScript {
  let text: String

  private static let script = TargetScript(announce: "say", inside: "chroot /target")

  init(_ request: RenderRequest, _ accounts: TargetAccounts, _ placed: TargetFiles, _ scripts: TargetScripts) throws {
    let script = Self.script
    var parts = [Self.head] + TargetScript.functions(accounts, placed)
    parts += script.part("accounts", accounts.script)
    parts += script.part("keyboard", try Keymap(request).script)
    let servers = try TargetScript.timeServers(
      request, notSetFor: TargetScript.timeKeepers.filter { $0 != "systemd-timesyncd" })
    if !servers.isEmpty { parts.append(TargetScript.timesyncd(servers)) }
    if request.answers.timeServers == nil { parts.append(script.noTimeKeeper(request, root: "/target")) }
    parts += script.part("files", placed.script)
    parts += script.removal(of: request.answers.excludedPackages, by: "in-target")
    if request.firstBootHostKeys { parts.append(script.hostKeys) }
    parts += try script.services(request)
    parts.append(Self.bootLoaderSettings(request.answers.kernelArguments))
    if !scripts.after.isEmpty { parts.append(Self.late(scripts.after.map { "run_in_target /\($0)" })) }
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
