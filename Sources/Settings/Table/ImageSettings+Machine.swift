import Model

/// The settings of the machine, the disk, cleaning, logs and publishing.
extension ImageSettings {
  static let machine: [Rule] = [
    Rule(
      unset: "by user", "libvirt-uri", \.config.machine.libvirtURI,
      .text(
        "a libvirt URI such as qemu:///session", isValid: { NameRule.scheme(of: $0) != nil && NameRule.isPlain($0) }),
      "libvirt connection"
    )
    .details("LIBVIRT_DEFAULT_URI comes next, then qemu:///system for root and qemu:///session for others."),
    Rule(
      "start-libvirt", \.config.machine.startLibvirt, .boolean,
      "libvirt's daemons are started for the build where none answers"),
    Rule("accelerator", \.config.machine.accelerator, .choice, "what runs the guest's instructions"),
    Rule(
      unset: "by accelerator and cpu-level", "cpu", \.config.machine.cpu,
      .text("a libvirt CPU model", isValid: { NameRule.isWord($0, and: "-._+,=") }), "CPU model"),
    Rule("cpu-level", \.config.machine.cpuLevel, .integer(1...4), "lowest x86-64 level the distribution runs on"),
    Rule(unset: "by host", "cores", \.config.machine.cores, .integer(1...512), "processors of the machine"),
    Rule("ram", \.config.machine.memory, .size(atLeast: .mebibytes(64)), "memory of the machine").former("memory"),
    Rule(
      unset: "not known", "least-ram", \.config.machine.leastMemory, .size(atLeast: .mebibytes(64)),
      "the least memory the distribution's installer works with, set by the distribution"
    )
    .details("A build with a lower ram is refused."),
    Rule(
      "osinfo", \.config.machine.osinfo,
      .list("short ids such as debian13", isValid: { NameRule.isWord($0, and: "-._") }),
      "ids in osinfo-db, the first that is known here is used"
    ).defaults(to: "generic"),
    Rule(
      unset: "random", "mac", \.config.machine.macAddress,
      .text("a unicast MAC address such as 52:54:00:12:34:56", isValid: NameRule.isMAC),
      "MAC address of the network card"),
    Rule(
      unset: "no display", "vnc", \.config.machine.vnc,
      .text("LISTEN:DISPLAY such as localhost:10", isValid: NameRule.isVNC),
      "VNC server; the port is 5900 and DISPLAY, or DISPLAY from 5900 on; without LISTEN for this host only"
    ),
    Rule(
      unset: "by accelerator", "install-timeout", \.config.machine.installTimeout, .duration,
      "the longest time of the whole installation"),
    Rule(
      unset: "by accelerator", "stall-timeout", \.config.machine.stallTimeout, .duration,
      "the longest silence of the installer"),
  ]

  static let speed: [Rule] = [
    Rule(
      "disk-cache", \.config.machine.diskCache, .choice(["unsafe", "none", "writeback", "writethrough", "directsync"]),
      "QEMU's cache mode of the disk during the installation"),
    Rule(
      "tb-size", \.config.machine.translationCache, .size(atLeast: .mebibytes(1)),
      "QEMU's cache of translated code without KVM"),
    randomization,
    Rule(
      "installer-mitigations", \.config.machine.installerMitigations, .boolean,
      "CPU vulnerability mitigations in the installer"),
    Rule("installer-ipv6", \.config.machine.installerIPv6, .boolean, "IPv6 in the installer"),
    Rule(
      "firmware-lookup", \.config.machine.firmwareLookup, .boolean,
      "the installer looks for firmware for the machine's hardware"
    )
    .details(
      "Only preseed and autoinstall can say it: the other formats refuse 'yes', and their installers choose by themselves."
    ),
    Rule(
      "hold-initramfs", \.config.machine.holdInitramfs, .boolean,
      "the initramfs is made once, when the base system is complete"),
  ]

  /// The model keeps the opposite: `no` is the kernel's `norandmaps`.
  private static let randomization = Rule(
    "installer-randomization", \.config.machine.installerRandomization, .optionalBoolean,
    "address-space randomisation in the installer; auto: only under KVM")

  static let disk: [Rule] = [
    imageSize,
    Rule(
      "margin", \.config.disk.margin, .size(atLeast: ByteSize(bytes: 0)), "room for new files with 'image-size = auto'"),
    Rule(
      unset: "no limit", "max-size", \.config.disk.maxSize, .size(atLeast: .mebibytes(1)),
      "a build fails when a finished file is longer, before anything is published"
    )
    .details("What counts is the length of each file as 'ls -l' shows it: of a raw image the size of its disk."),
    Rule("format", \.config.disk.formats, .kinds(\.diskFormats), "formats of the finished image").short("f").former(
      "formats"),
    Rule(
      unset: "none", "qcow2-compression", \.config.disk.qcow2.compression, qcow2Compression,
      "how a qcow2 is packed; zstd needs QEMU 5.1 where it is used"),
    Rule(
      unset: "64K", "qcow2-cluster-size", \.config.disk.qcow2.clusterSize, .size(atLeast: ByteSize(bytes: 512)),
      "bytes per cluster of a qcow2, a power of two up to 2M"),
    Rule(
      unset: "1.1", "qcow2-compat", \.config.disk.qcow2.compat, .choice,
      "the oldest QEMU that can use a qcow2: 1.1, or 0.10 for older ones"),
    Rule(
      "checksums", \.config.disk.checksums,
      .list("sha256 and sha512", isValid: { ["sha256", "sha512"].contains($0) }),
      "digests of each finished file; sha256 is always among them"
    )
    .details(
      "In IMAGE.sha256sum beside each file, and in SHA256SUMS for all files of the folder; the same for sha512."),
    Rule(
      unset: "no signature", "sign-key", \.config.disk.signKey,
      .text(
        "an OpenPGP key: its fingerprint or mail address",
        isValid: { NameRule.isWord($0, and: "@.+-_") && !$0.hasPrefix("-") }),
      "OpenPGP key that signs each IMAGE.sha256sum and the folder's SHA256SUMS"
    )
    .details(
      "The signatures are IMAGE.sha256sum.asc and SHA256SUMS.asc. The secret key has to be in gpg's keyring of the user who builds, usable without being asked."
    ),
    Rule("keep-raw", \.config.disk.keepRaw, .boolean, "the raw image is kept beside other formats"),
    Rule("output-dir", \.config.disk.outputFolder, .path, "folder the image is put into").former("output-folder"),
    Rule(unset: "output-dir", "work-dir", \.config.disk.workFolder, .path, "folder of a build's scratch files"),
  ]

  private static let imageSize = Rule(
    Setting(
      key: "image-size", kind: .size, defaultText: "", help: "size of the disk, or 'auto' for as small as its contents"),
    show: { $0.config.disk.isAutomatic ? "auto" : $0.config.disk.size.settingText }
  ) { text, draft in
    draft.config.disk.isAutomatic = text.text == "auto"
    if draft.config.disk.isAutomatic {
      draft.config.disk.size = DiskRequest.automaticSize
      return nil
    }
    switch ValueForm.size(atLeast: .mebibytes(1)).read(text) {
    case .value(let size):
      draft.config.disk.size = size
      return nil
    case .expected(let what): return what
    }
  }
  .details(
    "With 'auto' the system is installed on 16 GiB of holes; file system, partition and disk are cut afterwards, 'margin' is "
      + "left free. The root file system has to be ext4 in the last partition.")

  private static let qcow2Compression = ValueForm<DiskFormatOptions.Compression>(
    .choice(["none", "zlib", "zstd"]), expects: "none, zlib or zstd", show: \.rawValue
  ) { text in
    guard let value = DiskFormatOptions.Compression(rawValue: text.text.lowercased()), value != .xz else { return nil }
    return value
  }

  /// `keep:PATH add:PATH`.
  private static let clean = Rule(
    Setting(
      key: "clean", kind: .list, defaultText: "none", help: "changes to the lists below: 'keep:PATH' and 'add:PATH'"),
    show: { draft in
      let words = draft.config.cleaning.keep.map { "keep:" + $0 } + draft.config.cleaning.add.map { "add:" + $0 }
      return words.isEmpty ? "none" : words.joined(separator: " ")
    }
  ) { text, draft in
    draft.config.cleaning.keep = []
    draft.config.cleaning.add = []
    for word in text.words where word != "none" {
      if word.hasPrefix("keep:/") {
        draft.config.cleaning.keep.append(String(word.dropFirst(5)))
      } else if word.hasPrefix("add:/") {
        draft.config.cleaning.add.append(String(word.dropFirst(4)))
      } else {
        return "words such as keep:/var/log/apt or add:/opt/build instead of '\(word.printable)'"
      }
    }
    return nil
  }
  .details(
    "Patterns inside the image, separated by blanks or commas. What is kept stays with everything below it, whatever list "
      + "names it; what is added is removed.")

  static let cleaning: [Rule] = [
    clean,
    Rule(
      "clean-logs", \.config.cleaning.logs, .items,
      "patterns of the installer's logs, saved beside the image and removed"),
    Rule("clean-remove", \.config.cleaning.remove, .items, "patterns of files and folders removed from the image"),
    Rule("clean-empty", \.config.cleaning.empty, .items, "patterns of files emptied in the image"),
    Rule(
      "regenerate-host-keys", \.config.cleaning.regenerateHostKeys, .boolean,
      "ssh host keys are removed and made anew at the first boot"),
    Rule(
      "one-partition", \.config.cleaning.onePartition, .boolean,
      "refuse an image with more than one partition, as the Python tool did"),
    Rule(
      "scan", \.config.cleaning.scan, .choice,
      "what becomes of an image in which something is left that a golden image should not have"
    )
    .details(
      "Looked for after the clean-up: keys that let people in, private keys, password hashes outside of /etc/shadow, the proxy of "
        + "the build, shell histories, answer files, a machine-id. Each is named with its path."),
  ]

  static let log: [Rule] = [
    Rule("log-file", \.config.log.file, .boolean, "a log file is written beside the image"),
    Rule(unset: "IMAGE-YYYY-MM-DD.log", "log-filename", \.config.log.fileName, .text, "name of the log file"),
    Rule(
      "installer-logs", \.config.log.installerLogs, .boolean, "the installer's logs are printed into the build's log"),
  ]

  static let publishing: [Rule] = [
    Rule("upload-destinations", \.destinations, .items, "sections that say where the image is uploaded to"),
    Rule(
      Setting(
        key: "post-build-command", kind: .commandLine, defaultText: "none",
        help: "command run after the build, the image as its last argument"), show: { _ in "none" }
    ) { text, draft in
      switch ValueForm.words.read(text) {
      case .value(let words):
        if !words.isEmpty { draft.config.publishing.postBuildCommands.append(words) }
        return nil
      case .expected(let what): return what
      }
    }.numbered,
    Rule(
      "hook-timeout", \.config.publishing.hookTimeout, .duration,
      "the longest time one post-upload or post-build command may take"),
  ]
}

extension Publishing {
  fileprivate var hookTimeout: Duration {
    get { .seconds(hookTimeoutSeconds) }
    set { hookTimeoutSeconds = Int(newValue.components.seconds) }
  }
}

extension MachineRequest {
  fileprivate var installerMitigations: Bool {
    get { !installerNoMitigations }
    set { installerNoMitigations = !newValue }
  }

  fileprivate var installerRandomization: Bool? {
    get { installerNoRandomization.map { !$0 } }
    set { installerNoRandomization = newValue.map { !$0 } }
  }
}
