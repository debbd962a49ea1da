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
      unset: "generic", "osinfo", \.config.machine.osinfo,
      .text("a short id such as debian13", isValid: { NameRule.isWord($0, and: "-._") }), "id in osinfo-db"),
    Rule(
      unset: "random", "mac", \.config.machine.macAddress,
      .text("a unicast MAC address such as 52:54:00:12:34:56", isValid: NameRule.isMAC),
      "MAC address of the network card"),
    Rule(
      unset: "no display", "vnc", \.config.machine.vnc,
      .text("LISTEN:DISPLAY such as localhost:10", isValid: NameRule.isVNC),
      "VNC server as LISTEN:DISPLAY; the port is 5900 and DISPLAY"),
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
      "the installer looks for firmware for the machine's hardware"),
    Rule(
      "hold-initramfs", \.config.machine.holdInitramfs, .boolean,
      "the initramfs is made once, when the base system is complete"),
  ]

  /// The model keeps the opposite: `no` is the kernel's `norandmaps`.
  private static let randomization = Rule(
    "installer-randomization", \.config.machine.installerRandomization, .optionalBoolean,
    "address-space randomisation in the installer; auto: only under KVM")

  static let disk: [Rule] = [
    Rule("image-size", \.config.disk.size, .size(atLeast: .mebibytes(1)), "size of the disk"),
    Rule("format", \.config.disk.formats, .kinds(\.diskFormats), "formats of the finished image").short("f").former(
      "formats"),
    Rule("keep-raw", \.config.disk.keepRaw, .boolean, "the raw image is kept beside other formats"),
    Rule("output-dir", \.config.disk.outputFolder, .path, "folder the image is put into").former("output-folder"),
    Rule(unset: "output-dir", "work-dir", \.config.disk.workFolder, .path, "folder of a build's scratch files"),
  ]

  static let cleaning: [Rule] = [
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
  ]
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
