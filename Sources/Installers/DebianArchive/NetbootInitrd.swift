/// What a Debian netboot initrd brings with it.
package enum NetbootInitrd {
  /// Components of the text netboot initrd for amd64, kernel modules without the kernel's version.
  ///
  /// Read from `/var/lib/dpkg/status` of Debian 13.6's initrd; another initrd's own list is read by components(status:kernelVersion:).
  package static let components: Set<String> = [
    "anna", "archdetect", "bogl-bterm-udeb", "brltty-udeb", "busybox-udeb", "ca-certificates-udeb",
    "cdebconf-newt-terminal", "cdebconf-newt-udeb", "cdebconf-priority", "cdebconf-text-udeb", "cdebconf-udeb",
    "choose-mirror", "choose-mirror-bin", "console-setup-pc-ekmap", "console-setup-udeb", "crypto-modules",
    "debian-archive-keyring-udeb", "debian-installer", "di-utils", "di-utils-reboot", "di-utils-shell",
    "di-utils-terminfo", "download-installer", "drm-core-modules", "env-preseed", "ethdetect", "fat-modules",
    "fb-modules", "file-preseed", "gpgv-udeb", "haveged-udeb", "hw-detect", "initrd-preseed", "input-modules",
    "installation-locale", "kbd-udeb", "kernel-image", "kmod-udeb", "libacl1-udeb", "libasound2-udeb",
    "libblkid1-udeb", "libc6-udeb", "libcap2-udeb", "libcrypt1-udeb", "libcrypto3-udeb", "libdebconfclient0-udeb",
    "libdebian-installer4-udeb", "libexpat1-udeb", "libfribidi0-udeb", "libgcrypt20-udeb", "libgpg-error0-udeb",
    "libiw30-udeb", "libkmod2-udeb", "liblzma5-udeb", "libncursesw6-udeb", "libnewt0.52-udeb", "libnl-3-200-udeb",
    "libnl-genl-3-200-udeb", "libpci3-udeb", "libpcre2-8-0-udeb", "libreadline8-udeb", "libselinux1-udeb",
    "libslang2-udeb", "libssl3-udeb", "libtextwrap1-udeb", "libtinfo6-udeb", "libudev1-udeb", "libuuid1-udeb",
    "libzstd1-udeb", "localechooser", "lowmemcheck", "main-menu", "media-retriever", "mmc-core-modules",
    "mmc-modules", "mountmedia", "mtd-core-modules", "nano-udeb", "ndisc6-udeb", "net-retriever", "netcfg",
    "network-preseed", "nic-modules", "nic-pcmcia-modules", "nic-shared-modules", "nic-usb-modules",
    "nic-wireless-modules", "pciutils-udeb", "pcmcia-modules", "pcmciautils-udeb", "preseed-common", "rdnssd-udeb",
    "readline-common-udeb", "rescue-check", "rfkill-modules", "rootskel", "save-logs", "screen-udeb",
    "scsi-core-modules", "serial-modules", "udev-udeb", "udpkg", "uinput-modules", "usb-modules",
    "usb-serial-modules", "usb-storage-modules", "util-linux-udeb", "wget-udeb", "wide-dhcpv6-client-udeb",
    "wireless-regdb-udeb", "wpasupplicant-udeb", "zlib1g-udeb",
  ]

  /// The names in a dpkg status file (`/var/lib/dpkg/status` of an unpacked initrd), kernel versions cut off.
  package static func components(status: String, kernelVersion: String) -> Set<String> {
    let suffix = "-\(kernelVersion)-di"
    return Set(
      ControlStanza.parse(status).compactMap { stanza in
        guard let name = stanza["Package"] else { return nil }
        return name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : name
      })
  }
}
