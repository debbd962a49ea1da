import Model

/// The answers about language, network, mirror and the end of the installation.
extension Preseed {
  func addLanguage(_ text: inout PreseedText, _ request: RenderRequest) throws {
    let answers = request.answers
    let plain = AnswerGrammar.alphanumerics
    guard AnswerGrammar.matches(answers.locale, plain + "_.@-", first: plain) else {
      throw request.problem("locale", "'\(answers.locale.printable)' is no locale", hint: "for example 'en_US.UTF-8'")
    }
    guard AnswerGrammar.matches(answers.timeZone, plain + "_+-/", first: plain) else {
      throw request.problem(
        "timezone", "'\(answers.timeZone.printable)' is no time zone", hint: "for example 'Etc/UTC'")
    }
    try text.add("debconf/priority", "select", "critical")
    try text.add("debian-installer/locale", "string", answers.locale, from: "locale")
    try text.add("keyboard-configuration/xkb-keymap", "select", try Keymap(request).question, from: "keymap")
    try text.add("clock-setup/utc", "boolean", "true")
    // The guest's clock is the host's already; asking a time server would wait for one that the build may not reach.
    try text.add("clock-setup/ntp", "boolean", "false")
    try text.add("time/zone", "string", answers.timeZone, from: "timezone")
  }

  func addNetwork(_ text: inout PreseedText, _ request: RenderRequest) throws {
    let answers = request.answers
    guard AnswerGrammar.isHostLabel(answers.hostname) else {
      throw request.problem("hostname", "'\(answers.hostname.printable)' is no host name without a domain")
    }
    guard answers.domain.isEmpty || AnswerGrammar.isDomainName(answers.domain) else {
      throw request.problem("domain", "'\(answers.domain.printable)' is no domain name")
    }
    try text.add("netcfg/enable", "boolean", "true")
    try text.add("netcfg/choose_interface", "select", "auto")
    // netcfg/hostname wins over what a DHCP server says, get_hostname is only the proposal.
    try text.add("netcfg/hostname", "string", answers.hostname, from: "hostname")
    try text.add("netcfg/get_hostname", "string", answers.hostname, from: "hostname")
    try text.add("netcfg/get_domain", "string", answers.domain, from: "domain")
    try text.add("netcfg/wireless_wep", "string")
    if !request.firmwareLookup { try text.add("hw-detect/firmware-lookup", "string", "never") }
  }

  func addMirror(_ text: inout PreseedText, _ request: RenderRequest) throws {
    let archive = request.answers.archive
    guard let mirror = MirrorURL(archive.mirror) else {
      throw request.problem(
        "mirror", "'\(archive.mirror.printable)' is no http or https URL",
        hint: "for example 'http://ftp.debian.org/debian'")
    }
    guard AnswerGrammar.matches(archive.suite, AnswerGrammar.alphanumerics + "-._", first: AnswerGrammar.letters) else {
      throw request.problem("suite", "'\(archive.suite.printable)' is no suite", hint: "for example 'trixie'")
    }
    if request.udebSuite != nil, mirror.scheme == "https", request.proxy != nil {
      throw request.problem(
        "mirror", "the pinned installer is served inside http requests, not inside an https connection",
        hint: "name the mirror with http: packages are verified by their signatures; or use 'installer = current'")
    }
    try text.add("mirror/country", "string", "manual")
    try text.add("mirror/protocol", "select", mirror.scheme)
    try text.add("mirror/\(mirror.scheme)/hostname", "string", mirror.host, from: "mirror")
    try text.add("mirror/\(mirror.scheme)/directory", "string", mirror.directory, from: "mirror")
    try text.add("mirror/\(mirror.scheme)/proxy", "string", request.proxy ?? "", from: "depot")
    try text.add("mirror/suite", "string", archive.suite, from: "suite")
    if let suite = request.udebSuite { try text.add("mirror/udeb/suite", "string", suite, from: "pin") }
  }

  /// Root without a password and no user: the accounts are the late script's.
  ///
  /// `*` and not `!`: the installer takes `!` for "not answered" and asks. (user-setup 1.107)
  func addAccounts(_ text: inout PreseedText) throws {
    try text.add("passwd/root-login", "boolean", "true")
    try text.add("passwd/root-password-crypted", "password", "*")
    try text.add("passwd/make-user", "boolean", "false")
  }

  func addEnding(_ text: inout PreseedText, _ request: RenderRequest, hasBefore: Bool) throws {
    let arguments = request.answers.kernelArguments
    for word in arguments where !AnswerGrammar.isKernelWord(word) {
      throw request.problem("kernel-arguments", "'\(word.printable)' cannot be written into the boot loader's settings")
    }
    try text.add("grub-installer/only_debian", "boolean", "true")
    try text.add("grub-installer/with_other_os", "boolean", "false")
    try text.add("grub-installer/bootdev", "string", request.disk)
    try text.add("grub-installer/update-nvram", "boolean", "false")
    try text.add("grub-installer/force-efi-extra-removable", "boolean", "true")
    try text.add(
      "debian-installer/add-kernel-opts", "string", arguments.joined(separator: " "), from: "kernel-arguments")
    try text.add("finish-install/keep-consoles", "boolean", "true")
    try text.add("finish-install/reboot_in_progress", "note")
    try text.add("debian-installer/exit/poweroff", "boolean", request.powerOff ? "true" : "false")
    try text.add("preseed/early_command", "string", "sh /early.sh")
    if hasBefore { try text.add("partman/early_command", "string", "sh /before.sh") }
    try text.add("preseed/late_command", "string", "sh /late.sh")
  }
}
