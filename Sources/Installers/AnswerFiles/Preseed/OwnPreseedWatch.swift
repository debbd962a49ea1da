/// What lets us watch an installation by a user's own preseed, which says nothing about serial ports and logs.
///
/// The file itself stays as it is. A script that the kernel starts in place of the installer's init (`rdinit=`) adds one start-up
/// script to the installer and goes on to the real init; nothing of it reaches the installed system, because only what
/// stands after `---` on the kernel line does.
enum OwnPreseedWatch {
  static let fileName = "image-factory-init"

  /// The words to put before the user's own.
  static let arguments = ["rdinit=/\(fileName)", "DEBCONF_DEBUG=5"]

  static let file = RenderedFile(
    fileName,
    text: """
      #!/bin/sh
      # Started by the kernel before the installer: its log leaves the guest by the second serial port.
      for folder in /usr/lib/debian-installer-startup.d /lib/debian-installer-startup.d; do
        [ -d "$folder" ] || continue
        cat >"$folder/S11image-factory" <<'END'
      #!/bin/sh
      # Descriptor 3 is debconf's: a child that kept it open would stop the installer for ever.
      tail -n +1 -f /var/log/syslog </dev/null >/dev/ttyS1 2>&1 3>&- &
      END
        chmod 755 "$folder/S11image-factory"
        break
      done
      exec /init "$@"

      """, mode: 0o755)
}
