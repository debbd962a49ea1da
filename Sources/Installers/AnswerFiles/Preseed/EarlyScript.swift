import Model

/// The script that the installer runs before its first question.
struct EarlyScript {
  let text: String

  init(_ request: RenderRequest, _ partitioning: PreseedPartitioning, hasUpdates: Bool) {
    var parts = [
      """
      #!/bin/sh
      # Run by the Debian installer before its first question.
      set -e

      # The installer's log leaves the guest by a serial port of its own. Descriptor 3 is debconf's: a child that kept it
      # open would stop the installer for ever.
      tail -n +1 -f /var/log/syslog </dev/null >/dev/\(request.logPort) 2>&1 3>&- &

      place_hook() {
        mkdir -p "${2%/*}"
        cp "$1" "$2"
        chmod 755 "$2"
      }
      place_hook /trim.sh /usr/lib/post-base-installer.d/15image-factory
      place_hook /seal.sh /usr/lib/finish-install.d/93image-factory
      """
    ]
    if request.selfCleaning != nil {
      parts.append("place_hook /clean.sh /usr/lib/finish-install.d/94z-image-factory")
    }
    if let key = request.pinnedKeyFile {
      parts.append(
        """
        # The pinned installer's components are signed by a key made for this build; Debian's keys stay trusted beside it,
        # because debootstrap reads the same file.
        cat /usr/share/keyrings/debian-archive-keyring.gpg \(ShellWords.quote("/" + key)) >/usr/share/keyrings/archive.gpg
        """)
    }
    if hasUpdates { parts.append("place_hook /updates.sh /usr/lib/post-base-installer.d/16image-factory") }
    if request.holdInitramfs {
      parts.append(
        """
        # One initramfs instead of one per package that wants it new.
        place_hook /hold-initramfs.sh /usr/lib/post-base-installer.d/20image-factory
        """)
    }
    let hooks = partitioning.files.map { "place_hook /\($0.file.name) \($0.place)" }
    if !hooks.isEmpty {
      parts.append("# What partman's recipes cannot say.\n" + hooks.joined(separator: "\n"))
    }
    text = parts.joined(separator: "\n\n") + "\n"
  }

  /// The user's own scripts, before the disk is touched: one file, because the installer has one question for it.
  static func before(_ names: [String]) -> RenderedFile {
    let runs = names.map { "chmod 700 /\($0)\n/\($0)\n" }.joined()
    let text = "#!/bin/sh\n# Run by the Debian installer before it touches the disk.\nset -e\n" + runs
    return RenderedFile("before.sh", text: text, mode: 0o700)
  }
}
