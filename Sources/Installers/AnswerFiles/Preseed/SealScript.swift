import Model

/// The last change of the finished system: no trace of the build (proxy, name server, CD drive), and nothing missing.
///
/// A hook of finish-install at 93, after everything that writes into the system (30hw-detect may install packages,
/// 60cleanup makes apt's caches anew, 90console turns the installer's console into one of the system) and before the logs are
/// saved (94) and the disk is unmounted (95). A failing hook would only be a warning in the log, so it asks the question that
/// a failing late command asks.
struct SealScript {
  let text: String

  init(_ request: RenderRequest) {
    // What the system removes by itself is removed after this.
    let trims = request.selfCleaning == nil
    let serial = SerialConsole.units(in: request.answers.kernelArguments).contains(0)
    text = """
      #!/bin/sh
      # Run by the Debian installer as the last change of the finished system: no trace of the build, nothing missing.
      # shellcheck disable=SC1091
      . /usr/share/debconf/confmodule

      \(trims ? "target=/target\n\(SelfCleaningScript.trim)\n" : "")
      seal() {
        set -e
        if [ -e /target/etc/apt/apt.conf ]; then
          sed -i -e '/^[Aa]cquire::https*::[Pp]roxy /d' /target/etc/apt/apt.conf
          [ -s /target/etc/apt/apt.conf ] || rm -f /target/etc/apt/apt.conf
        fi
        rm -f /target\(InstallerHooks.updatesList) /target/etc/apt/apt.conf.d/00trustcdrom
        if [ -f /target/etc/resolv.conf ] && [ ! -L /target/etc/resolv.conf ]; then
          sed -i -e '/^nameserver /d' /target/etc/resolv.conf
        fi
        sed -i -e '/^[/]dev[/]sr[0-9]/d' /target/etc/fstab
        rm -rf /target/var/lib/apt/lists/* /target/var/cache/apt/*.bin /target/var/cache/apt/archives/*.deb
      \(serial ? "" : Self.noSerialConsole)  if grep -q 'added by debian-installer' /target/etc/securetty 2>/dev/null; then
          rm -f /target/etc/securetty
        fi
        if chroot /target dpkg-divert --list | grep -e '[.]image-factory' -e '[.]REAL'; then
          echo "a diversion is left in the system"
          return 1
        fi
        for kernel in /target/boot/vmlinuz-*; do
          if [ ! -s "/target/boot/initrd.img-${kernel##*/vmlinuz-}" ]; then
            echo "kernel ${kernel##*/} has no initramfs"
            return 1
          fi
        done
        if [ -e /target/etc/apt/apt.conf ] && grep -qi proxy /target/etc/apt/apt.conf; then
          echo "the build's proxy is left in apt's configuration"
          return 1
        fi
      \(trims ? "  trim\n" : "")}

      (seal) </dev/null >/tmp/image-factory-seal.log 2>&1 3>&-
      status=$?
      logger -t image-factory </tmp/image-factory-seal.log
      if [ "$status" -ne 0 ]; then
        db_subst preseed/command_failed COMMAND seal.sh
        db_subst preseed/command_failed CODE "$status"
        db_input critical preseed/command_failed || true
        db_go || true
        exit 1
      fi
      logger -t image-factory "the system is complete"

      """
  }

  /// The very last act, in place of a clean-up from outside; between the hooks that save the logs (94) and unmount the disk (95).
  static func selfCleaning(_ request: RenderRequest) throws -> RenderedFile? {
    guard let cleaning = request.selfCleaning else { return nil }
    let script = try SelfCleaningScript(request, cleaning)
    let text = """
      #!/bin/sh
      # Run by the Debian installer when nothing more is written to the finished system.
      target=/target
      {
      \(script.text)
      } </dev/null 2>&1 3>&- | logger -t image-factory

      """
    return RenderedFile("clean.sh", text: text, mode: 0o700)
  }

  /// The installer gives the system a login on its own console; without a serial console asked for there is none.
  private static let noSerialConsole =
    "  rm -f /target/etc/systemd/system/getty.target.wants/serial-getty@ttyS0.service\n"
}
