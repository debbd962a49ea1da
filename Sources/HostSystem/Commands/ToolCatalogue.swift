package import Model

/// Which Debian package brings which tool.
///
/// What belongs here: every program that the factory or its tests start by name. To add one: a line in the table; a tool whose
/// package has its own name needs none.
package enum ToolCatalogue {
  private static let packages: [String: String] = [
    "btrfs": "btrfs-progs",
    "cloud-localds": "cloud-image-utils",
    "debconf-set-selections": "debconf",
    "debugfs": "e2fsprogs",
    "dpkg-deb": "dpkg",
    "dumpe2fs": "e2fsprogs",
    "e2fsck": "e2fsprogs",
    "gpg": "gnupg",
    "gpgconf": "gnupg",
    "grub-fstest": "grub-common",
    "libvirtd": "libvirt-daemon",
    "ln": "coreutils",
    "mke2fs": "e2fsprogs",
    "mkfs.ext4": "e2fsprogs",
    "osinfo-query": "libosinfo-bin",
    "qemu-img": "qemu-utils",
    "qemu-io": "qemu-utils",
    "qemu-nbd": "qemu-utils",
    "qemu-system-aarch64": "qemu-system-arm",
    "qemu-system-x86_64": "qemu-system-x86",
    "resize2fs": "e2fsprogs",
    "scp": "openssh-client",
    "sftp": "openssh-client",
    "sshd": "openssh-server",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "tune2fs": "e2fsprogs",
    "virsh": "libvirt-clients",
    "virt-install": "virtinst",
    "virtlogd": "libvirt-daemon",
    "xfs_db": "xfsprogs",
    "xfs_repair": "xfsprogs",
    "xz": "xz-utils",
    "xzcat": "xz-utils",
  ]

  /// The Debian package that installs `tool`; nil for a path, which no package can promise.
  package static func package(of tool: String) -> String? {
    tool.contains("/") ? nil : packages[tool] ?? tool
  }

  /// What to do when `tool` is missing; nil for a path.
  package static func hint(for tool: String) -> String? {
    package(of: tool).map { "install the package '\($0)'" }
  }

  /// The error for a command whose tool is not there (exit status 4).
  package static func missing(_ command: Command) -> FactoryError {
    FactoryError(
      .hostNotReady, "cannot find '\(command.tool.printable)', required to \(command.purpose)",
      hint: hint(for: command.tool) ?? "check the path; it must name an executable file")
  }
}
