import Model

/// What stands on the volume beside the answers, and the commands of the answer file that use it.
enum AutoinstallVolume {
  /// Where the volume's files are while the installer runs: in memory, and not below `/run`, from where nothing can be executed.
  static let folder = "/var/lib/image-factory"

  /// For the scripts' own tools; what the installer's snap adds in front stays, curtin is there.
  static let searchPath = "PATH=\"$PATH:/usr/local/sbin:/usr/sbin:/sbin\"\nexport PATH"

  /// Starts a user's script without what the snap tells its own Python.
  static let plainEnvironment = "env -u PYTHONPATH -u PYTHONHOME -u LD_LIBRARY_PATH"

  /// cloud-init takes the volume for its own only with this file beside the user data.
  static let metaData = RenderedFile("meta-data", text: "instance-id: image-factory\n")

  static var earlyCommands: YAMLNode {
    let label = Autoinstall.volumeLabel
    let copy = """
      set -e; mkdir -m 700 -p \(folder) /var/lib/image-factory-volume; \
      mount -o ro /dev/disk/by-label/\(label) /var/lib/image-factory-volume; \
      cp -R /var/lib/image-factory-volume/. \(folder)/; umount /var/lib/image-factory-volume
      """
    return .list([.strings(["sh", "-c", copy]), .strings(["sh", "\(folder)/early.sh"])])
  }

  static var lateCommands: YAMLNode { .list([.strings(["sh", "\(folder)/late.sh"])]) }

  /// The event comes from the answer file itself: the script is missing when the volume could not be read.
  static func errorCommands(_ request: RenderRequest) -> YAMLNode {
    let event = GuestEvent.failure("Ubuntu's installer gave up").line
    return .list([
      .strings(["sh", "\(folder)/error.sh"]),
      .strings(["sh", "-c", "echo \(ShellWords.quote(event)) >/dev/\(request.logPort)"]),
    ])
  }

  /// Run when the installer gives up: what it said last, and the user's own scripts. Its result is not looked at.
  static func errorScript(_ request: RenderRequest, _ scripts: TargetScripts) -> String {
    let runs = scripts.onError.map {
      "timeout 300 \(plainEnvironment) \(folder)/\($0) </dev/null >/dev/\(request.logPort) 2>&1\n"
    }.joined()
    return """
      #!/bin/sh
      # Run by Ubuntu's installer when it gives up.
      \(searchPath)
      for log in /var/log/installer/curtin-install.log /var/log/installer/image-factory.log; do
        [ ! -e "$log" ] || tail -n 20 "$log" >/dev/\(request.logPort)
      done
      \(runs)
      """
  }
}
