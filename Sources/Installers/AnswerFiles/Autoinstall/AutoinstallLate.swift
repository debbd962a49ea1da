import Model

/// The script that the installer runs when the system is installed: what no key of the answer file covers, and no trace left.
struct AutoinstallLate {
  let text: String

  private static let script = TargetScript(announce: "phase", inside: "in_target")

  init(_ request: RenderRequest, _ accounts: TargetAccounts, _ placed: TargetFiles, _ scripts: TargetScripts) throws {
    let (answers, script) = (request.answers, Self.script)
    var parts = [Self.head(request)] + TargetScript.functions(accounts, placed)
    if !scripts.after.isEmpty { parts.append(Self.runInTarget) }
    // First what the installer leaves for the first boot: anything below may put files of the same names there.
    parts += [AutoinstallSeal.cloudInit, AutoinstallSeal.network, try AutoinstallBasics.hostNames(request)]
    parts += script.part("accounts", accounts.script)
    if let time = try AutoinstallServices.timeServers(request) { parts.append(time) }
    if answers.timeServers == nil { parts.append(script.noTimeKeeper(request, root: "/target")) }
    parts += script.removal(of: answers.excludedPackages, by: "in_target")
    if let firewall = answers.firewall { parts.append(try AutoinstallServices.firewall(firewall, request)) }
    if request.firstBootHostKeys { parts.append(script.hostKeys) }
    parts += script.part("files", placed.script)
    parts += try script.services(request)
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

  private static let runInTarget = """
    run_in_target() {
      phase "$1"
      cp "$1" "/target/root/$1"
      chmod 700 "/target/root/$1"
      in_target \(AutoinstallVolume.plainEnvironment) "/root/$1"
      rm -f "/target/root/$1"
    }
    """
}
