import Model

/// The last changes of a finished openSUSE system that are the same whichever installer made it.
struct SUSEFinish {
  let request: RenderRequest
  let payload: SUSEPayload
  let revealing: Bool

  /// Adds the steps in order; `services` are those that the installer itself does not switch.
  func add(to script: inout SUSEScript, packages: [String], services: [String]) throws {
    if !payload.placed.isEmpty { script.define(SUSEPayload.placeFile) }
    if !payload.after.isEmpty { script.define(SUSEPayload.runScript) }
    script.add("sudo", sudo)
    script.add("time servers", try timeServers)
    if request.answers.timeServers == nil {
      script.add([TargetScript(announce: "begin", inside: "").noTimeKeeper(request, root: "")])
    }
    script.add("files", files)
    script.add("traces of the build", seal)
    script.add("services", services)
    if !packages.isEmpty { script.define(Self.requirePackage) }
    script.add("software is complete", packages.map { "require_package \($0)" })
    for late in payload.after {
      script.add([SUSEPayload.call("run_script \(late.name)", late.contents, revealing: revealing)])
    }
    script.add(["begin 'the system is complete'"])
  }

  private var sudo: [String] {
    let users = request.answers.users.enumerated().filter { $0.element.sudo && $0.element.name != "root" }
    return users.flatMap { index, user in
      let path = "/etc/sudoers.d/image-factory-\(index + 1)"
      return [
        "mkdir -p /etc/sudoers.d", "echo '\(user.name) ALL=(ALL:ALL) NOPASSWD: ALL' >\(path)", "chmod 440 \(path)",
      ]
    }
  }

  /// AutoYaST's own section is read in the second stage only, which an image must not have. (yast2-ntp-client 4.6)
  private var timeServers: [String] {
    get throws {
      guard let servers = request.answers.timeServers, !servers.isEmpty else { return [] }
      for server in servers where !AnswerGrammar.matches(server, AnswerGrammar.alphanumerics + ".-:") {
        throw request.problem("time-servers", "'\(server.printable)' is no name of a time server")
      }
      let lines = servers.map { "server \($0) iburst" }.joined(separator: "\n")
      // The distribution's pool would be asked beside the servers that are named.
      return [
        "mkdir -p /etc/chrony.d", "rm -f /etc/chrony.d/pool.conf",
        "cat >/etc/chrony.d/image-factory.conf <<'END'\n\(lines)\nEND",
      ]
    }
  }

  private var files: [String] {
    payload.placed.map { file in
      let words = ["place_file", file.path, "0" + String(file.mode, radix: 8), file.owner]
      return SUSEPayload.call(ShellWords.join(words), file.contents, revealing: revealing)
    }
  }

  /// The network card's name is tied to the build's own card, and the build's proxy is copied into the system.
  private var seal: [String] {
    var lines = ["rm -f /etc/udev/rules.d/70-persistent-net.rules"]
    if request.proxy != nil {
      lines.append(
        """
        if [ -e /etc/sysconfig/proxy ]; then
          sed -i -e 's/^PROXY_ENABLED=.*/PROXY_ENABLED="no"/' -e 's/^\\(HTTPS*\\|FTP\\)_PROXY=.*/\\1_PROXY=""/' /etc/sysconfig/proxy
        fi
        rm -f /root/.curlrc
        """)
    }
    return lines
  }

  /// A package that no repository has is a warning to both installers, and in the language of the installation.
  private static let requirePackage = """
    require_package() {
      rpm -q --whatprovides "$1" >/dev/null || {
        step="the package $1 is not installed"
        exit 1
      }
    }
    """
}
