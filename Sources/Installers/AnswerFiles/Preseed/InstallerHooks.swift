/// Hooks of the installer that stand in files of their own.
enum InstallerHooks {
  /// Empties hooks of the installer whose work is not wanted, or is undone afterwards.
  ///
  /// `hardware`: those that add what suits the machine the installer runs on (a guest agent under QEMU, microcode on what looks
  /// like bare metal, `laptop-detect`), and the one that installs `popularity-contest` only to purge it again. Always:
  /// 60cleanup, which makes apt's caches that the seal removes. Emptied, not removed, because finish-install made its list
  /// before; all of them are loaded before the base system is installed. (hw-detect 1.171, pkgsel 0.85, finish-install 2.124)
  static func trim(hardware: Bool) -> String {
    let hooks =
      hardware ? ["pre-pkgsel.d/10laptop-detect", "pre-pkgsel.d/90popcon", "finish-install.d/08hw-detect"] : []
    let lines = (hooks + ["finish-install.d/60cleanup"]).map {
      "[ ! -e /usr/lib/\($0) ] || echo '#!/bin/sh' >/usr/lib/\($0)"
    }
    return """
      #!/bin/sh
      # Run by the Debian installer after debootstrap: an image must not depend on the machine it was made on.
      set -e
      \(lines.joined(separator: "\n"))

      """
  }

  /// Makes the updates' sources known before the kernel is chosen; seal.sh removes the file.
  static func updates(_ sources: [String]) -> String {
    """
    #!/bin/sh
    # Run by the Debian installer after debootstrap: the kernel that is installed next is the newest, and the only one.
    set -e
    cat >/target\(updatesList) <<'END'
    \(sources.joined(separator: "\n"))
    END
    chroot /target apt-get -q update

    """
  }

  /// Only there during the installation.
  static let updatesList = "/etc/apt/sources.list.d/image-factory-updates.list"

  /// Holds the initramfs back: its generator is diverted to a stub until the late script has everything installed.
  ///
  /// Otherwise it is made by the kernel, by every package with a trigger (`firmware-linux-free`, `apparmor`), and in Debian 13 once
  /// more while GRUB is installed, because `fuse3` comes with it: one to three minutes each under TCG.
  static let hold = """
    #!/bin/sh
    # Run by the Debian installer between debootstrap and the kernel: the initramfs is generated once, by late.sh.
    set -e
    tool=/usr/sbin/update-initramfs
    chroot /target dpkg-divert --local --rename --divert "$tool.image-factory" --add "$tool"
    cat >"/target$tool" <<'END'
    #!/bin/sh
    exit 0
    END
    chmod 755 "/target$tool"

    """
}
