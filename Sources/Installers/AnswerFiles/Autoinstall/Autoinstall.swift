package import Model

/// Ubuntu's answer file: cloud-init user data with everything under `autoinstall:`, and the scripts that do the rest.
///
/// Everything travels on a small volume that cloud-init finds by its label; the first early command copies it into the installer's
/// memory, where the scripts and secrets are read from. Accounts are made by the late script and not by `identity` or
/// `user-data`: those would make them at the first boot, from a file with the hashes that stays in the image.
/// Sources: subiquity's schemas and server (branches ubuntu/22.04.1, noble, resolute), curtin 23.1 to 25.
package struct Autoinstall: AnswerFileFormat {
  package static let name = "autoinstall"

  /// The label that cloud-init's data source NoCloud looks for.
  package static let volumeLabel = "CIDATA"

  package init() {}

  package var delivery: AnswerDelivery { .volume(label: Autoinstall.volumeLabel) }

  package func render(_ request: RenderRequest) throws -> RenderedAnswers {
    try refuseUnsupported(request)
    let release = try AutoinstallRelease(request)
    let accounts = try TargetAccounts(request, folder: AutoinstallVolume.folder)
    let placed = try TargetFiles(request, folder: AutoinstallVolume.folder)
    let scripts = try TargetScripts(request)
    let document = YAMLNode.map([.init("autoinstall", .map(try sections(request, release)))])
    let files = [
      RenderedFile("user-data", text: "#cloud-config\n# Made by image-factory.\n" + document.text),
      AutoinstallVolume.metaData,
      RenderedFile("early.sh", text: AutoinstallEarly(request, scripts).text, mode: 0o700),
      RenderedFile("late.sh", text: try AutoinstallLate(request, accounts, placed, scripts).text, mode: 0o700),
      RenderedFile("error.sh", text: AutoinstallVolume.errorScript(request, scripts), mode: 0o700),
    ]
    return RenderedAnswers(files: files + accounts.files + placed.files + scripts.files)
  }

  /// The document's sections; keys that the release does not know are left out, because each has a default there.
  private func sections(_ request: RenderRequest, _ release: AutoinstallRelease) throws -> [YAMLNode.Entry] {
    let basics = try AutoinstallBasics(request)
    let all: [YAMLNode.Entry] = [
      .init("version", .integer(1)),
      .init("early-commands", AutoinstallVolume.earlyCommands),
      .init("late-commands", AutoinstallVolume.lateCommands),
      .init("error-commands", AutoinstallVolume.errorCommands(request)),
      .init("reporting", .map([.init("builtin", .map([.init("type", .string("print"))]))])),
      .init("refresh-installer", .map([.init("update", .boolean(false))])),
      .init("locale", basics.locale),
      .init("keyboard", basics.keyboard),
      .init("timezone", basics.timeZone),
      .init("source", .map([.init("search_drivers", .boolean(request.firmwareLookup))])),
      .init("drivers", .map([.init("install", .boolean(request.firmwareLookup))])),
      // What these add depends on the machine the image happens to be made on.
      .init("oem", .map([.init("install", .boolean(request.firmwareLookup))])),
      .init("kernel-crash-dumps", .map([.init("enabled", .boolean(false))])),
      .init("apt", try AutoinstallApt(request, release).section),
      .init("storage", try AutoinstallStorage(request).section),
      // With it no `identity` is asked for; without users in it cloud-init makes none of its own.
      .init("user-data", .map([.init("users", .list([]))])),
      .init("ssh", .map([.init("install-server", .boolean(request.answers.packages.contains("openssh-server")))])),
      .init("packages", .strings(try AutoinstallPackages(request).names)),
      .init("updates", .string(request.answers.archive.updates ? "all" : "security")),
      .init("shutdown", .string(request.powerOff ? "poweroff" : "reboot")),
    ]
    return all.filter { release.knows($0.key) }
  }

  package func kernelArguments(_ request: RenderRequest, tuning: InstallerTuning) throws -> [String] {
    // `autoinstall` is the confirmation that is asked for otherwise; `fsck.mode=skip` leaves out reading the whole medium once more
    // to check it, which we did.
    var words = ["autoinstall", "ds=nocloud", "fsck.mode=skip", "console=\(tuning.console)"]
    if tuning.noRandomization { words.append("norandmaps") }
    if tuning.noMitigations { words.append("mitigations=off") }
    if !tuning.ipv6 { words.append("ipv6.disable=1") }
    words += tuning.append
    for word in words where word.isEmpty || word.contains(where: { $0.isWhitespace || $0 == "\"" || $0 == "'" }) {
      throw request.problem("append", "'\(word.printable)' cannot stand on the installer's kernel line")
    }
    // What stands after `---` would be copied into the finished system's boot loader: nothing.
    return words + ["---"]
  }

  package func ownFileKernelArguments(fileName: String) -> [String] {
    ["autoinstall", "ds=nocloud", "console=ttyS0,115200n8"]
  }

  /// The user's own file is the volume's user data; cloud-init wants meta data beside it.
  package var ownFileWatch: (files: [RenderedFile], arguments: [String]) { ([AutoinstallVolume.metaData], []) }

  package var ownFileName: String? { "user-data" }

  package func check(_ text: String, file: String, dialect: String) -> [Finding] {
    AutoinstallCheck(text, file: file, dialect: dialect).findings
  }

  package func oracle(dialect: String) -> String {
    "check.py autoinstall-schema.json FILE, with the schema of Ubuntu \(dialect.isEmpty ? "24.04" : dialect) in "
      + "canonical/subiquity (it accepts unknown top-level keys, 'image-factory check' does not)"
  }

  /// What Ubuntu's installer has no way to do, refused before anything is fetched.
  private func refuseUnsupported(_ request: RenderRequest) throws {
    try request.refuseUpdateMirrors(Self.name)
    if request.answers.selinux != nil {
      throw unsupported(request, "selinux", "Ubuntu confines services with AppArmor")
    }
    if request.answers.ostree != nil { throw unsupported(request, "ostree-url") }
    if request.udebSuite != nil { throw unsupported(request, "pin", "use 'installer = current'") }
  }

  private func unsupported(_ request: RenderRequest, _ setting: String, _ hint: String? = nil) -> FactoryError {
    request.unsupported(setting, by: Self.name, hint)
  }
}
