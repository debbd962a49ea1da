import Model
import SystemPackage

/// The settings of an image: what it is, where its installer comes from, what is done with it.
///
/// To add one: one entry here (or in ImageSettings+System.swift, ImageSettings+Machine.swift) and the stored property in Model.
/// Flag, help, manual, JSON and schema follow. Entries are listed under their heading in the order written.
enum ImageSettings {
  typealias Rule = SettingRule<ImageDraft>

  static let book = RuleBook(
    .image, blank: ImageDraft(name: ""),
    groups: [
      (.image, image), (.installer, installer), (.installer, answerFiles), (.system, system),
      (.system, rootPasswords), (.system, accounts), (.packages, packages),
      (.layout, layout), (.machine, machine), (.speed, speed), (.disk, disk), (.cleaning, cleaning), (.log, log),
      (.publishing, publishing), (.tree, tree),
    ])

  private static let image: [Rule] = [
    Rule("description", \.config.description, .text, "what the image is, in one line")
      .details("Shown by 'image-factory list'."),
    Rule("inherits", \.inherits, .text, "the section whose values this one starts from")
      .details(
        "A distribution of configs/distros or any other section. Chains are followed; the nearest value wins, [DEFAULT] comes last. "
          + "References such as ${release} in inherited values are looked up in the image that is built."),
    Rule("template", \.isTemplate, .boolean, "the section is there to inherit from and is no image itself"),
    Rule(
      "distribution", \.config.distribution, .text("a word", isValid: { NameRule.isWord($0, and: "-._") }),
      "the distribution's name, set by its section in configs/distros"),
    Rule(
      "release", \.config.release, .text("a word", isValid: { NameRule.isWord($0, and: "-._") }),
      "the release as people call it: 13"),
  ]

  private static let installer: [Rule] = [
    Rule("mirror", \.config.source.mirrors, .urls, "package mirrors, the preferred one first")
      .defaults(to: "the host's own, else default-mirror"),
    Rule(
      unset: "default-security-mirror", "security-mirror", \.config.source.securityMirror, .url,
      "mirror of the security updates"),
    Rule("default-mirror", \.config.source.defaultMirror, .url, "what mirror falls back to, set by the distribution"),
    Rule(
      unset: "none", "default-security-mirror", \.config.source.defaultSecurityMirror, .url,
      "what security-mirror falls back to, set by the distribution"
    )
    .details(
      "An empty value says that the mirror itself is kept up to date; without one a build warns of 'updates = yes'."),
    Rule(
      "update-mirrors", \.config.source.updateMirrors, .urls,
      "further repositories of updates beside security-mirror, set by the distribution"
    )
    .defaults(to: "none"),
    Rule("installer", \.config.source.choice, .choice, "which installer is used")
      .details(
        "current is the mirror's newest, pinned the one shipped with image-factory, auto the current one when a check of a few "
          + "seconds finds every component it needs on the mirror, else the pinned one."),
    Rule(
      unset: "none", "pin", \.config.source.pin, .text("a word", isValid: { NameRule.isWord($0, and: "-._") }),
      "the pinned installer's name in configs/pins"),
    Rule(
      unset: "suite", "installer-suite", \.config.source.installerSuite,
      .text("a word", isValid: { NameRule.isWord($0, and: "-._") }), "suite whose installer is used"),
    Rule("kernel", \.config.source.kernel, .sources, "the installer's kernel: a path or URL, alternatives after commas")
      .former("linux").defaults(to: "found through mirror and pin")
      .details(
        "URLs: file:, http:, https:, rsync:, deb: for a member of a Debian package in the mirror's pool, and iso:/PATH for a file "
          + "in the installer-image."),
    Rule("initrd", \.config.source.initrd, .sources, "the installer's initrd: a path or URL, alternatives after commas")
      .defaults(to: "found through mirror and pin"),
    Rule(unset: "not checked", "kernel-sha256", \.config.source.kernelSHA256, .sha256, "the kernel's SHA-256")
      .former("linux-sha256"),
    Rule(unset: "not checked", "initrd-sha256", \.config.source.initrdSHA256, .sha256, "the initrd's SHA-256"),
    Rule(
      "installer-image", \.config.source.image, .sources,
      "the installer's bootable image, attached as a CD: a path or URL, alternatives after commas"
    )
    .defaults(to: "image-path below installer-mirror, else none")
    .details(
      "Name kernel and initrd as well: iso:/casper/vmlinuz is a file in the image. Nothing is mounted; xorriso takes them out."
    ),
    Rule(
      unset: "not checked", "installer-image-sha256", \.config.source.imageSHA256, .sha256,
      "the installer image's SHA-256"),
    Rule(
      "trust", \.config.source.trust, .kind(\.trustChains), "how the installer's files are known to be the right ones"
    )
    .details(
      "Set by the distribution. debian-archive: the archive's signed Release file. treeinfo: the digests in .treeinfo, which is "
        + "not signed and is believed over https only. suse-checksums: CHECKSUMS and its signature. sha256sums-gpg: "
        + "SHA256SUMS and its signature. clear-signed: a list of digests inside its signature. none: what the config says."
    ),
    Rule(
      "installer-mirror", \.config.source.installerMirrors, .urls,
      "base URLs of the installer's files, the preferred one first"
    ).defaults(to: "mirror"),
    Rule(
      unset: "by trust", "checksums-path", \.config.source.checksumsPath, relativePath,
      "the list of digests below installer-mirror"),
    Rule(
      unset: "by trust", "kernel-path", \.config.source.kernelPath, relativePath, "the kernel below installer-mirror"),
    Rule(
      unset: "by trust", "initrd-path", \.config.source.initrdPath, relativePath, "the initrd below installer-mirror"),
    Rule(
      unset: "none", "stage2-path", \.config.source.stage2Path, relativePath,
      "what the installer loads after its initrd, below installer-mirror"
    )
    .details(
      "Kernel, initrd and this one are taken from one state of the mirror or not at all. Anaconda gets the verified file on a disc "
        + "and fetches none itself, unless append has inst.stage2."),
    Rule(unset: "not checked", "stage2-sha256", \.config.source.stage2SHA256, .sha256, "its SHA-256"),
    Rule(
      unset: "none", "image-path", \.config.source.imagePath, relativePath,
      "the installer's bootable image below installer-mirror"
    )
    .details("A * stands for what changes with point releases: the newest name in the list of digests is taken."),
    Rule(
      unset: "mirror itself", "repository-path", \.config.source.repositoryPath, relativePath,
      "the packages that Agama installs, below mirror"),
    Rule(
      "keyring", \.config.source.keyrings, .paths, "OpenPGP keyrings the archive's signatures are checked with"
    )
    .defaults(to: "none").details("Binary or armored; of several those that are there are used."),
    Rule(
      "keyring-package", \.config.source.keyringPackage, .text,
      "the package that has the keyring, named when it is missing"),
    Rule(
      "check-valid-until", \.config.source.checkValidUntil, .boolean,
      "a Debian archive's Release file past its Valid-Until is refused"
    )
    .details(
      "As apt's Acquire::Check-Valid-Until: archived releases and snapshots have expired and need no. Of the installer's files "
        + "only; what the guest's apt is to think of such a mirror is said in the guest."
    ),
    Rule(
      unset: "~/.cache/image-factory, for root /var/cache/image-factory", "cache-dir", \.config.source.cacheFolder,
      .path,
      "folder of downloaded files"
    ).short("c"),
    Rule("fetch-timeout", \.config.source.fetchTimeout, .duration, "the longest time of one download"),
    Rule("depot", \.config.source.depot, .boolean, "the guest's packages go through image-factory's proxy on loopback")
      .details("A pinned installer needs it."),
  ]

  private static let answerFiles: [Rule] = [
    Rule("answer-format", \.config.answerFile.format, .kind(\.answerFormats), "format of the generated answer file")
      .defaults(to: "the distribution's"),
    Rule(
      "answer-dialect", \.config.answerFile.dialect, .text("a word", isValid: { NameRule.isWord($0, and: "-._") }),
      "the release as the answer file's format names it, set by the distribution"
    )
    .details("RHEL9 or F43 for Kickstart, SLE-15-SP6 for AutoYaST, 24.04 for autoinstall, openSUSE_Leap for Agama."),
    ownFile("preseed", format: "preseed", "a preseed file of your own, used as it is"),
    ownFile("kickstart", format: "kickstart", "a Kickstart file of your own, used as it is"),
    ownFile("autoyast", format: "autoyast", "an AutoYaST profile of your own, used as it is").former("yast"),
    ownFile("autoinstall", format: "autoinstall", "autoinstall user data of your own, used as it is"),
    Rule("append", \.config.answerFile.append, .kernelArguments, "words added to the installer's kernel line"),
    Rule("watcher", \.config.watcher, .kind(\.watchers), "how the installer's progress and success are told"),
  ]

  /// A place below a mirror: no way out of it, nothing a shell or a URL would read otherwise.
  private static let relativePath = ValueForm<String>.text("a path without a slash at its start") { path in
    NameRule.isWord(path, and: "-._/+~*") && !path.hasPrefix("/")
      && !path.split(separator: "/").contains { $0 == ".." || $0 == "." }
  }

  private static func ownFile(_ key: String, format: String, _ help: String) -> Rule {
    let setting = Setting(key: key, kind: .path, defaultText: "none", help: help)
    return Rule(setting, show: { $0.config.answerFile.own[format]?.string ?? "none" }) { text, draft in
      draft.config.answerFile.own[format] = text.text.isEmpty ? nil : text.path(text.text)
      return text.text.contains("\n") ? "one path" : nil
    }
  }

  private static let tree: [Rule] = [
    Rule("product", \.tree.product, .text, "first attribute of an image of a tree (--tree)"),
    Rule("branch", \.tree.branch, .text, "second attribute of an image of a tree"),
    Rule("arch", \.tree.arch, .text, "third attribute of an image of a tree"),
    Rule("platform", \.tree.platform, .text, "fourth attribute of an image of a tree"),
    Rule("personality", \.tree.personality, .text, "fifth attribute of an image of a tree"),
    Rule(
      "merged-options", \.mergedOptions, .list,
      "options of a tree that are merged from OPT_add and OPT_del, as SECTION:OPTION"
    )
    .defaults(to: "the 19 of eos-image-builder"),
    Rule("eib-environment", \.eibEnvironment, .boolean, "hooks get every setting as EIB_SECTION_OPTION too"),
    Rule("hook-secrets", \.hookSecrets, .list, "private keys whose values hooks may see, as KEY or SECTION:KEY"),
  ]
}
