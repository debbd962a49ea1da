/// Questions of Debian's installer that are errors in truth: asked means failed.
///
/// To add one: a line with the debconf key, the reason in our words, and what to do. Every other question that is asked fails
/// the installation as well, by its key alone.
enum DebianQuestions {
  static let problems: [String: InstallerProblem] = [
    "anna/no_kernel_modules": InstallerProblem(
      "no kernel modules were found: the mirror has moved on to another kernel than the installer's",
      hint: "use 'installer = pinned', or fetch the mirror's current installer again"),
    "mirror/bad": InstallerProblem(
      "the installer calls the mirror bad: its Release file is missing or is not for this suite",
      hint: "check 'mirror' and 'suite'"),
    "mirror/no-default": InstallerProblem("the mirror does not have the suite", hint: "check 'mirror' and 'suite'"),
    "anna/retriever": InstallerProblem("the installer has no way to fetch its components"),
    "anna/install_failed": InstallerProblem("an installer component could not be unpacked"),
    "retriever/net/error": InstallerProblem("the installer could not download from the mirror"),
    "cdrom-detect/retry": InstallerProblem("the installer looks for a CD: it is not a network installer"),
    "netcfg/dhcp_failed": InstallerProblem("the guest got no address by DHCP"),
    "netcfg/dhcp_options": InstallerProblem("the guest got no address by DHCP"),
    "netcfg/no_interfaces": InstallerProblem("the guest found no network interface"),
    "base-installer/debootstrap-failed": InstallerProblem("the base system could not be installed"),
    "base-installer/no_codename": InstallerProblem("the mirror does not say which release it has"),
    "base-installer/kernel/no-kernels-found": InstallerProblem("the mirror has no kernel to install"),
    "base-installer/kernel/failed-install": InstallerProblem("the kernel could not be installed"),
    "apt-setup/no_mirror": InstallerProblem("no mirror is configured for the installed system"),
    "pkgsel/install-failed": InstallerProblem("the software selection could not be installed"),
    "grub-installer/grub-install-failed": InstallerProblem("the boot loader could not be installed"),
    "grub-installer/update-grub-failed": InstallerProblem("the boot loader's menu could not be made"),
    "preseed/command_failed": InstallerProblem(
      "a command of the answer file failed", hint: "the lines of the installer's log show which"),
    "preseed/retrieve_error": InstallerProblem("the answer file could not be fetched"),
    "preseed/load_error": InstallerProblem("the answer file could not be read"),
    "preseed/no_checksum": InstallerProblem("the checksum of the answer file is wrong"),
    "debian-installer/main-menu": InstallerProblem(
      "the installer shows its menu: a step failed", hint: "the lines of the installer's log show which"),
  ]

  /// The problem behind a question, and a word on every debootstrap error; nil for a plain question.
  static func problem(_ key: String) -> InstallerProblem? {
    if let known = problems[key] { return known }
    guard key.hasPrefix("base-installer/debootstrap/error/") || key.hasPrefix("debootstrap/error/") else { return nil }
    let name = key.split(separator: "/").last ?? ""
    return InstallerProblem("debootstrap failed: \(name)")
  }
}
