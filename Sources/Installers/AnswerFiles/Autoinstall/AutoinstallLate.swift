import Model

/// The script that the installer runs when the system is installed: what no key of the answer file covers, and no trace left.
struct AutoinstallLate {
  let text: String

  init(
    _ request: RenderRequest, _ accounts: AutoinstallAccounts, _ placed: AutoinstallFiles, _ scripts: AutoinstallScripts
  ) throws {
    let answers = request.answers
    var parts = [Self.head(request)]
    if accounts.script.contains(where: { $0.hasPrefix("install_keys") }) { parts.append(Self.installKeys) }
    if !placed.script.isEmpty { parts.append(Self.placeFile) }
    if !scripts.after.isEmpty { parts.append(Self.runInTarget) }
    // First what the installer leaves for the first boot: anything below may put files of the same names there.
    parts += [AutoinstallSeal.cloudInit, AutoinstallSeal.network, try AutoinstallBasics.hostNames(request)]
    if !accounts.script.isEmpty { parts.append("phase accounts\n" + accounts.script.joined(separator: "\n")) }
    if let time = try AutoinstallServices.timeServers(request) { parts.append(time) }
    if !answers.excludedPackages.isEmpty { parts.append(Self.removal(answers.excludedPackages)) }
    if let firewall = answers.firewall { parts.append(try AutoinstallServices.firewall(firewall, request)) }
    if request.firstBootHostKeys { parts.append(AutoinstallServices.hostKeys) }
    if !placed.script.isEmpty { parts.append("phase files\n" + placed.script.joined(separator: "\n")) }
    let services = try AutoinstallServices.states(request)
    if !services.isEmpty { parts.append("phase services\n" + services.joined(separator: "\n")) }
    if !scripts.after.isEmpty {
      parts.append(scripts.after.map { "run_in_target \($0)" }.joined(separator: "\n"))
    }
    parts += [try AutoinstallBoot.loader(request), AutoinstallSeal.caches, try AutoinstallSeal.check(request)]
    parts.append("step=end\nsync\necho '\(GuestEvent.finished.line)' >\"$port\"")
    text = parts.joined(separator: "\n\n") + "\n"
  }

  /// A failing command ends the installation, and its step is told; the events go to the log's port as the log itself does.
  private static func head(_ request: RenderRequest) -> String {
    """
    #!/bin/sh
    # Run by Ubuntu's installer when the system is installed; a failing command fails the build.
    set -e
    \(AutoinstallVolume.searchPath)
    exec </dev/null >>/var/log/installer/image-factory.log 2>&1
    cd \(AutoinstallVolume.folder)
    port=/dev/\(request.logPort)
    step=start

    phase() {
      step=$1
      echo "\(GuestEvent.prefix) phase $step" >"$port"
    }

    ended() {
      status=$?
      [ "$status" -eq 0 ] || echo "\(GuestEvent.prefix) error late.sh failed in the step '$step'" >"$port"
    }
    trap ended EXIT

    in_target() { curtin in-target --target=/target -- "$@"; }
    """
  }

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

  private static let runInTarget = """
    run_in_target() {
      phase "$1"
      cp "$1" "/target/root/$1"
      chmod 700 "/target/root/$1"
      in_target \(AutoinstallVolume.plainEnvironment) "/root/$1"
      rm -f "/target/root/$1"
    }
    """

  private static func removal(_ packages: [String]) -> String {
    // One by one: apt-get stops at the first name that it does not know.
    let lines = packages.map { name in
      "if chroot /target dpkg-query -s \(name) >/dev/null 2>&1; then in_target apt-get -q -y purge \(name); fi"
    }
    return "phase \"packages that are not wanted\"\n" + lines.joined(separator: "\n")
  }
}
