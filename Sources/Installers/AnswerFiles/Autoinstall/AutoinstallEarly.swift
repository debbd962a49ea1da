import Model

/// The script that the installer runs before it looks at the rest of its answers.
struct AutoinstallEarly {
  let text: String

  init(_ request: RenderRequest, _ scripts: TargetScripts) {
    let folder = AutoinstallVolume.folder
    var parts = [
      """
      #!/bin/sh
      # Run by Ubuntu's installer before it looks at the rest of its answers.
      set -e
      \(AutoinstallVolume.searchPath)

      # The logs leave the guest by a serial port of their own; --follow=name waits for those that are made later. Nothing is
      # inherited from the installer, which would wait for whoever keeps its output open.
      cd /var/log/installer
      : >image-factory.log
      setsid tail -q -n +1 --follow=name --retry subiquity-server-debug.log curtin-install.log image-factory.log \\
        </dev/null >/dev/\(request.logPort) 2>/dev/null &
      cd \(folder)
      """
    ]
    let runs = scripts.before.map { name in
      "chmod 700 \(name)\n\(AutoinstallVolume.plainEnvironment) ./\(name) >>/var/log/installer/image-factory.log 2>&1"
    }
    if !runs.isEmpty {
      parts.append("# The user's own, before anything touches the disk.\n" + runs.joined(separator: "\n"))
    }
    text = parts.joined(separator: "\n\n") + "\n"
  }
}
