/// The miniature's `/init`: the order in which Debian's installer works, and the words in which it reports.
///
/// The words are those of Debian 13's main-menu, preseed, cdebconf and finish-install. The script is plain POSIX shell; it runs
/// under the BusyBox of the installer, which has no `insmod`, `fdisk` or `cpio` of its own.
enum GuestScript {
  /// The whole of `/init`.
  static var text: String {
    [
      GuestReporting.text, GuestAnswers.text, GuestMachine.text, GuestDisk.text, GuestFileSystem.text, GuestTarget.text,
      steps,
    ].joined(separator: "\n")
  }

  /// The installation itself: the items of the installer's main menu, in their order.
  private static let steps = #"""
    middle() {
      case $behaviour in
      hang) forever ;;
      poweroff) poweroff -f ;;
      panic)
        echo 1 > /proc/sys/kernel/sysrq
        echo c > /proc/sysrq-trigger
        exit 1 ;;
      fail) fail bootstrap-base 'Install the base system' ;;
      esac
    }

    base_system() {
      progress_start base-installer/progress/installing-base 'Installing the base system'
      for part in 20 40; do progress_set "$part"; done
      middle
      log "debootstrap: Retrieving Release"
      for part in 60 80; do progress_set "$part"; done
      run_hooks post-base-installer.d bootstrap-base
      progress_set 100
      progress_stop
    }

    software() {
      item apt-setup-udeb
      skipped apt-setup/services-select
      apt_files
      item pkgsel
      skipped tasksel/first
      run_hooks pre-pkgsel.d pkgsel
      progress_start pkgsel/progress/init 'Select and install software'
      progress_set 50
      log "in-target: Setting up openssh-server (miniature) ..."
      progress_set 100
      progress_stop
      item grub-installer
      skipped grub-installer/bootdev
      boot_files
      log "grub-installer: info: Installing grub on '$disk'"
    }

    finish() {
      item finish-install
      progress_start finish-install/progress/title 'Finishing the installation'
      hook 05localechooser
      hook 07preseed
      preseed_command preseed/late_command "${q_preseed_late_command:-}"
      hook 10clock-setup
      hook 55netcfg-copy-config
      progress_set 50
      hook 94random-seed
      hook 94save-logs
      save_logs
      hook 95umount
      write_file_system || fail finish-install 'Finish the installation'
      hook 97release-dhcp-lease
      hook 98exit
      hook 99reboot
      progress_set 100
      progress_stop
    }

    leave() {
      # The log's reader in the background looks once a second.
      sync
      sleep 2
      say 'The system is going down NOW!'
      say 'Sent SIGTERM to all processes'
      if [ "$behaviour" != reboot ] && [ "${q_debian_installer_exit_poweroff:-}" = true ]; then
        say 'Requesting system poweroff'
        poweroff -f
      fi
      say 'Requesting system reboot'
      reboot -f
    }

    install() {
      item localechooser
      skipped debian-installer/locale
      item console-setup-udeb
      skipped keyboard-configuration/xkb-keymap
      item ethdetect
      item netcfg
      skipped netcfg/choose_interface
      skipped netcfg/get_hostname
      network
      item network-preseed
      preseed_from_url
      item choose-mirror
      skipped mirror/http/proxy
      fetch
      item download-installer
      progress_start anna/progress_title 'Loading additional components'
      for part in 25 50 75 100; do progress_set "$part"; done
      progress_stop
      item user-setup-udeb
      skipped passwd/root-password-crypted
      item clock-setup
      skipped time/zone
      item disk-detect
      find_disk
      item partman-base
      skipped partman-partitioning/confirm_write_new_label
      [ "$behaviour" != question ] || ask partman/confirm 'Partition disks' 'Write the changes to disks?'
      skipped partman/confirm
      partition || fail partman-base 'Partition disks'
      item bootstrap-base
      base_system
      identity
      software
      finish
      leave
    }

    start_machine
    read_kernel_line
    case $behaviour in
    KNOWN) ;;
    *)
      say "miniature: error: no behaviour is named '$behaviour'"
      forever ;;
    esac
    [ "$behaviour" != silent ] || forever
    say 'Starting system log daemon: syslogd, klogd.'
    load_answers
    install

    """#.replacing("KNOWN", by: MiniatureBehaviour.allCases.map(\.rawValue).joined(separator: " | "))
}
