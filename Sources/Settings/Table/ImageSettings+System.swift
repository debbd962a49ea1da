import Model

/// The settings of the installed system.
extension ImageSettings {
  static let system: [Rule] = [
    Rule(
      "locale", \.config.answers.locale,
      .text("a locale such as en_US.UTF-8", isValid: { NameRule.isWord($0, and: "_.@-") }), "language and country"),
    Rule(
      "keymap", \.config.answers.keymap,
      .text("a keyboard layout such as 'us' or 'de nodeadkeys'", isValid: { NameRule.isWord($0, and: " -_") }),
      "keyboard layout and, after a blank, its variant"),
    Rule(
      "timezone", \.config.answers.timeZone,
      .text("a time zone such as Europe/Berlin", isValid: { NameRule.isWord($0, and: "/_+-") }), "time zone"
    )
    .former("time-zone"),
    Rule(
      "time-servers", \.config.answers.timeServers, timeServers,
      "time servers; 'default' the distribution's own, 'none' no time synchronisation"),
    Rule("hostname", \.config.answers.hostname, .hostname(longest: 64), "host name"),
    Rule(
      "domain", \.config.answers.domain,
      .text("a domain name", isValid: { $0.isEmpty || NameRule.isHostname($0) }), "domain name"),
    Rule("root-password-hash", \.config.answers.root, rootAccess, "crypt(5) hash of root's password, or 'locked'")
      .former("root-password-crypted")
      .details(
        "Made by 'openssl passwd -6' or 'mkpasswd'. Never shown by any command. A hash may be written with single dollar signs."
      ),
  ]

  static let rootPasswords: [Rule] = PasswordWays.rules(
    "root-password", of: "root's", file: \.rootPassword.file, command: \.rootPassword.command,
    clearText: \.rootPassword.clearText)

  static let accounts: [Rule] = [
    Rule(
      "password-hashing", \.config.passwordHashing, .choice,
      "how passwords from files, commands and clear text are hashed, set by the distribution"
    )
    .details(
      "sha512 is understood by every release; yescrypt, harder to guess, since Debian 11, Ubuntu 22.04 and Fedora 35."),
    Rule("users", \.users, .list, "accounts to make; each has a section [user:NAME]"),
    Rule(
      "kernel-arguments", \.config.answers.kernelArguments, .kernelArguments, "kernel arguments of the installed system"
    ),
    Rule(unset: "the distribution's", "firewall", \.firewall, .boolean, "whether the packet filter is on"),
    Rule(
      "firewall-open", \.firewallOpen,
      .list("ports as 22/tcp or service names", isValid: { NameRule.isWord($0, and: "/-_") }),
      "ports and services the packet filter lets in"),
    Rule(unset: "the distribution's", "selinux", \.config.answers.selinux, .choice, "SELinux mode"),
    Rule("files", \.files, .list, "files to place; each has a section [file:NAME]"),
    Rule("before-script", \.beforeScripts, .paths, "scripts the installer runs before it touches the disk"),
    Rule("late-script", \.lateScripts, .paths, "scripts run in the finished system as the installer's last step"),
    Rule("error-script", \.errorScripts, .paths, "scripts the installer runs when it gives up"),
    Rule("ostree-remote", \.ostreeRemote, .text, "name of the OSTree remote to deploy from"),
    Rule(
      "ostree-url", \.ostreeURL, .text("a URL", isValid: { $0.isEmpty || NameRule.scheme(of: $0) != nil }),
      "URL of the OSTree remote"),
    Rule(
      "ostree-ref", \.ostreeRef, .text("a ref", isValid: { $0.isEmpty || NameRule.isWord($0, and: "/-._") }),
      "OSTree ref to deploy"),
  ]

  static let packages: [Rule] = [
    Rule(
      "suite", \.config.answers.archive.suite,
      .text("a suite such as trixie", isValid: { NameRule.isWord($0, and: "-._/") }),
      "what the archive calls the release: trixie"),
    Rule(
      "components", \.config.answers.archive.components,
      .list("components such as main", isValid: { NameRule.isWord($0, and: "-._/") }), "components of the archive"),
    Rule("updates", \.config.answers.archive.updates, .boolean, "updates and security updates are among the sources"),
    Rule("repositories", \.repositories, .list, "further package sources; each has a section [repository:NAME]"),
    Rule("packages", \.config.answers.packages, .list("package names", isValid: isPackage), "packages to install"),
    Rule(
      "excluded-packages", \.config.answers.excludedPackages, .list("package names", isValid: isPackage),
      "packages to leave out"
    ).former("exclude-packages"),
    Rule(
      "groups", \.config.answers.groups, .list("group names", isValid: isPackage),
      "Debian tasks, Kickstart groups or openSUSE patterns"
    ).former("tasks", "patterns"),
    Rule("recommends", \.config.answers.recommends, .boolean, "recommended packages are installed too"),
    Rule(
      "services-enable", \.config.answers.services.enabled, .list("service names", isValid: isService),
      "services the system starts"
    ).former("services-enabled"),
    Rule(
      "services-disable", \.config.answers.services.disabled, .list("service names", isValid: isService),
      "services the system does not start"
    ).former("services-disabled"),
    Rule(
      "services-mask", \.config.answers.services.masked, .list("service names", isValid: isService),
      "services nothing can start"
    ).former("services-masked"),
  ]

  static let layout: [Rule] = [
    Rule("partition-table", \.config.answers.disk.label, .choice, "kind of partition table"),
    Rule("firmware", \.config.answers.disk.firmware, .choice, "firmware the image boots with"),
    Rule(
      "partitions", \.partitions, .list, "partitions in their order on the disk; each has a section [partition:NAME]"
    )
    .defaults(to: "one ext4 root over the whole disk")
    .details(
      "The layout is the same in every answer-file format but for this: with Kickstart Anaconda chooses the order of the partitions "
        + "on the disk; with preseed a partition may be up to 3 MiB larger than its size; with Agama a btrfs root has the subvolumes "
        + "of the product."),
  ]

  private static func isPackage(_ name: String) -> Bool { NameRule.isWord(name, and: "+-.:=*~/_@^") }

  private static func isService(_ name: String) -> Bool { NameRule.isWord(name, and: "-._@:\\") }

  /// nil is "none", an empty list the distribution's own.
  private static let timeServers = ValueForm<[String]?>(
    .list, show: { $0.map { $0.isEmpty ? "default" : $0.joined(separator: " ") } ?? "none" }
  ) { text in
    switch text.text.lowercased() {
    case "none", "no": return .value(nil)
    case "", "default": return .value([])
    default:
      let words = text.words
      let isValid = words.allSatisfy { NameRule.isWord($0, and: "-.:") }
      return isValid ? .value(words) : .expected("host names, 'default' or 'none'")
    }
  }

  private static let rootAccess = ValueForm<RootAccess>(
    .secret, show: { $0 == .locked ? "locked" : Secret.mask }
  ) { text in
    switch text.text {
    case "", "*", "!", "!!", "locked": .value(.locked)
    case let hash where NameRule.isCryptHash(hash): .value(.passwordHash(Secret(hash)))
    default: .expected("a crypt(5) hash as 'openssl passwd -6' makes it, or 'locked'")
    }
  }
}
