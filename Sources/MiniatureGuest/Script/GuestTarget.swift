/// The part of the script that makes the installed system fit its answers.
enum GuestTarget {
  static let text = #"""
    identity() {
      name=${q_netcfg_get_hostname:-debian}
      echo "$name" > /target/etc/hostname
      printf '127.0.1.1\t%s\n' "$name" >> /target/etc/hosts
      read -r id < /proc/sys/kernel/random/uuid
      echo "$id" | tr -d - > /target/etc/machine-id
      chmod 444 /target/etc/machine-id
      echo "UUID=$uuid / $kind $options 0 1" > /target/etc/fstab
      printf 'root:%s:20000:0:99999:7:::\n' "${q_passwd_root_password_crypted:-*}" > /target/etc/shadow
      chmod 640 /target/etc/shadow
      chown 0:42 /target/etc/shadow
      [ "${q_passwd_make_user:-true}" = false ] || user "${q_passwd_username:-}"
      # Large enough to be deleted with a trace.
      cat /bin/busybox /host/bin/* > /target/var/lib/miniature/bulk
    }

    user() {
      [ -n "$1" ] || return 0
      echo "$1:x:1000:1000::/home/$1:/bin/bash" >> /target/etc/passwd
      echo "$1:x:1000:" >> /target/etc/group
      echo "$1:${q_passwd_user_password_crypted:-!}:20000:0:99999:7:::" >> /target/etc/shadow
      mkdir -p "/target/home/$1"
      echo '# ~/.profile' > "/target/home/$1/.profile"
      chown -R 1000:1000 "/target/home/$1"
    }

    # sources.list and the proxy as apt-setup writes them.
    apt_files() {
      mirror="http://${q_mirror_http_hostname:-ftp.debian.org}${q_mirror_http_directory:-/debian}"
      suite=${q_mirror_suite:-trixie}
      services=${q_apt_setup_services_select-security, updates}
      echo "deb $mirror $suite main" > /target/etc/apt/sources.list
      case $services in *security*)
        echo "deb http://${q_apt_setup_security_host:-security.debian.org}/debian-security $suite-security main" ;;
      esac >> /target/etc/apt/sources.list
      case $services in *updates*) echo "deb $mirror $suite-updates main" ;; esac >> /target/etc/apt/sources.list
      [ -z "${q_mirror_http_proxy:-}" ] \
        || echo "Acquire::http::Proxy \"$q_mirror_http_proxy\";" > /target/etc/apt/apt.conf
    }

    boot_files() {
      words="${q_debian_installer_add_kernel_opts:-}$target_words"
      words=${words# }
      {
        echo 'GRUB_DEFAULT=0'
        echo 'GRUB_TIMEOUT=5'
        echo 'GRUB_CMDLINE_LINUX_DEFAULT="quiet"'
        echo "GRUB_CMDLINE_LINUX=\"$words\""
      } > /target/etc/default/grub
      {
        echo "menuentry 'Debian GNU/Linux' {"
        echo "  search --no-floppy --fs-uuid --set=root $uuid"
        echo "  linux /boot/vmlinuz-KERNEL root=UUID=$uuid ro ${words:+$words }quiet"
        echo '  initrd /boot/initrd.img-KERNEL'
        echo '}'
      } > /target/boot/grub/grub.cfg
    }

    # As 94save-logs: everything of the installer's log folder, and debconf's database.
    save_logs() {
      to=/target/var/log/installer
      cp /var/log/* "$to/"
      printf 'Name: netcfg/get_hostname\nTemplate: netcfg/get_hostname\nValue: %s\nOwners: d-i\n' "$name" > "$to/cdebconf/questions.dat"
      printf 'Name: netcfg/get_hostname\nType: string\n' > "$to/cdebconf/templates.dat"
      echo 'lspci -knn: miniature' > "$to/hardware-summary"
      echo 'Package: miniature-udeb' > "$to/status"
      echo 'DISTRIB_ID=Debian' > "$to/lsb-release"
      echo '# No firmware or microcode packages deployed by the installer' > "$to/firmware-summary"
      chmod 600 "$to"/*
      chmod 755 "$to/cdebconf"
      chmod 600 "$to"/cdebconf/*
    }

    """#.replacing("KERNEL", by: TargetTree.kernel)

  /// The commands that answer files call: they are written down, in the image's log too, and succeed.
  static let stubs = ["in-target", "chroot", "apt-install", "anna-install", "logger", "log-output"]

  /// One script for all of them.
  static let stub = #"""
    #!/bin/sh
    name=${0##*/}
    tag=$name
    if [ "$name" = logger ] && [ "${1:-}" = -t ]; then
      tag=$2
      shift 2
    fi
    now=$(date '+%b %e %H:%M:%S')
    printf '%s %s: %s\n' "$now" "$tag" "$*" >> /var/log/syslog
    case $name in
    logger) ;;
    log-output)
      while [ "${1#-}" != "$1" ]; do
        [ "$1" != -t ] || shift
        shift
      done
      "$@" >> /var/log/syslog 2>&1 ;;
    *) printf '%s %s\n' "$name" "$*" >> /target/var/log/installer/commands ;;
    esac

    """#
}

extension String {
  /// The text with every mark replaced: scripts are raw strings, without interpolation.
  func replacing(_ mark: String, by text: String) -> String {
    split(separator: mark, omittingEmptySubsequences: false).joined(separator: text)
  }
}
