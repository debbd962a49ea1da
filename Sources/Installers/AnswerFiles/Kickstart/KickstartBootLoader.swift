import Model

/// The finished system's boot loader without what Anaconda copies into it from the kernel line of the build.
///
/// Anaconda keeps the installer's `console=`, `ipv6.disable=` and some more, puts its console last, and gives GRUB that serial port.
/// (`preserved_arguments` of data/anaconda.conf; `_set_console` of pyanaconda/modules/storage/bootloader/base.py)
struct KickstartBootLoader {
  let script: String

  init(_ request: RenderRequest) {
    let arguments = request.answers.kernelArguments
    let consoles = arguments.filter { $0.hasPrefix("console=") }
    let kept = Set(arguments.map { String($0.prefix { $0 != "=" }) })
    let dropped =
      ["console"]
      + ["ipv6[.]disable", "biosdevname", "net[.]ifnames", "nomodeset", "video"].filter {
        !kept.contains($0.replacing("[.]", with: "."))
      }
    var parts = [
      """
      # Only what was asked for stays of the kernel line of the build.
      boot_files() { find /boot/loader/entries /etc/kernel/cmdline /etc/default/grub -type f 2>/dev/null || true; }
      # Twice: the blank between two such words is taken by the first.
      drop='s/(^|[ "])(\(dropped.joined(separator: "|")))(=[^ "]*)?( |"|$)/\\1\\4/g'
      boot_files | while read -r file; do
        sed -i -E -e "$drop" -e "$drop" -e '/root=|^GRUB_CMDLINE_LINUX=/s/  +/ /g' "$file"
      done
      """
    ]
    if !consoles.isEmpty {
      let words = consoles.joined(separator: " ")
      parts.append(
        """
        boot_files | while read -r file; do
          case "$file" in
          /etc/kernel/cmdline) sed -i -e 's|$| \(words)|' "$file" ;;
          /etc/default/grub) sed -i -e 's|^\\(GRUB_CMDLINE_LINUX=".*\\)"$|\\1 \(words)"|' "$file" ;;
          *) sed -i -e 's|^options .*$|& \(words)|' "$file" ;;
          esac
        done
        """)
    }
    parts.append(KickstartBootLoader.grub(SerialConsole.grubCommand(for: arguments)))
    script = parts.joined(separator: "\n")
  }

  private static func grub(_ serial: String?) -> String {
    let terminal =
      serial.map { "'GRUB_TERMINAL=\"serial console\"' 'GRUB_SERIAL_COMMAND=\"\($0)\"'" }
      ?? "'GRUB_TERMINAL_OUTPUT=\"console\"'"
    return """
      if [ -e /etc/default/grub ]; then
        sed -i -e '/^GRUB_TERMINAL/d' -e '/^GRUB_SERIAL_COMMAND=/d' /etc/default/grub
        printf '%s\\n' \(terminal) >>/etc/default/grub
        if [ -e /boot/grub2/grub.cfg ]; then grub2-mkconfig -o /boot/grub2/grub.cfg; fi
      fi
      """
  }
}
