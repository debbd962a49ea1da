package import Model

/// The Debian installer's answer file, with the scripts that do what its questions cannot say.
///
/// Everything travels in the root of the initrd, where the installer loads `/preseed.cfg` by itself before its first question.
/// Accounts are made by the late script: an answer with a password hash would be printed into the installer's log, which
/// leaves the guest (`DEBCONF_DEBUG=5` shows every answer).
/// Sources: the scripts of Debian 13's udebs (user-setup 1.107, apt-setup 0.198, base-installer 1.226, pkgsel 0.85,
/// grub-installer 1.212, finish-install 2.124).
package struct Preseed: AnswerFileFormat {
  package static let name = "preseed"

  package init() {}

  package func render(_ request: RenderRequest) throws -> RenderedAnswers {
    try refuseUnsupported(request)
    // What is rendered lies in the root of the installer's file system.
    let accounts = try TargetAccounts(request, folder: "")
    let placed = try TargetFiles(request, folder: "")
    let scripts = try TargetScripts(request)
    var text = PreseedText(request)
    text.comment("Answers for the Debian installer, made by image-factory.")
    try addLanguage(&text, request)
    try addNetwork(&text, request)
    try addMirror(&text, request)
    try addAccounts(&text)
    let partitioning = try PreseedPartitioning(request)
    try partitioning.add(to: &text)
    let repositories = try PreseedRepositories(request)
    try repositories.add(to: &text)
    try PreseedPackages(request).add(to: &text)
    try addEnding(&text, request, hasBefore: !scripts.before.isEmpty)

    try refuseOpenQuestions(text.text, request)

    let updates = repositories.updatesHook
    var files = [
      RenderedFile("preseed.cfg", text: text.text),
      RenderedFile("early.sh", text: EarlyScript(request, partitioning, hasUpdates: updates != nil).text, mode: 0o700),
      RenderedFile("late.sh", text: try LateScript(request, accounts, placed, scripts).text, mode: 0o700),
      RenderedFile("seal.sh", text: SealScript(request).text, mode: 0o700),
    ]
    files.append(RenderedFile("trim.sh", text: InstallerHooks.trim(hardware: !request.firmwareLookup), mode: 0o700))
    if let cleaning = try SealScript.selfCleaning(request) { files.append(cleaning) }
    if !scripts.before.isEmpty { files.append(EarlyScript.before(scripts.before)) }
    if let updates { files.append(updates) }
    files += partitioning.files.map(\.file)
    if request.holdInitramfs {
      files.append(RenderedFile("hold-initramfs.sh", text: InstallerHooks.hold, mode: 0o700))
    }
    return RenderedAnswers(files: files + accounts.files + repositories.files + placed.files + scripts.files)
  }

  package var cleansItself: Bool { true }

  package func ownFileKernelArguments(fileName: String) -> [String] {
    ["preseed/url=file:///\(fileName)"]
  }

  package var ownFileWatch: (files: [RenderedFile], arguments: [String]) {
    ([OwnPreseedWatch.file], OwnPreseedWatch.arguments)
  }

  package func check(_ text: String, file: String, dialect: String) -> [Finding] {
    PreseedCheck(text, file: file, append: nil).findings
  }

  package func check(_ text: String, file: String, dialect: String, append: [String]) -> [Finding] {
    PreseedCheck(text, file: file, append: append).findings
  }

  package func check(append: [String], at location: SourceLocation?) -> [Finding] {
    PreseedBootLine.findings(append, at: location)
  }

  package func oracle(dialect: String) -> String { "debconf-set-selections --checkonly FILE" }

  package func kernelArguments(_ request: RenderRequest, tuning: InstallerTuning) throws -> [String] {
    // No `preseed/file=`: the file in the initrd's root is found without it, and with it the installer would load the file
    // and run the early command a second time.
    var words = ["priority=critical", "DEBIAN_FRONTEND=text", "DEBCONF_DEBUG=5", "console=\(tuning.console)"]
    if tuning.noRandomization { words.append("norandmaps") }
    if tuning.noMitigations { words.append("mitigations=off") }
    if !tuning.ipv6 { words.append("ipv6.disable=1") }
    // The finished system's network configuration names the interface as the installer saw it.
    words += request.answers.kernelArguments.filter { $0.hasPrefix("net.ifnames=") || $0.hasPrefix("biosdevname=") }
    words += tuning.append
    for word in words where !PreseedBootLine.isOneWord(word) {
      throw request.problem("append", "'\(word.printable)' cannot stand on the installer's kernel line")
    }
    // What stands after `---` would be copied into the finished system's boot loader: nothing. Its own arguments are an
    // answer (debian-installer/add-kernel-opts), because here they would also act on the installer's console.
    return words + ["---"]
  }

  /// A question of the installer that we leave open would stop every build: known here, not after minutes.
  private func refuseOpenQuestions(_ text: String, _ request: RenderRequest) throws {
    var answers = PreseedAnswers(PreseedLines(text))
    answers.isUEFI = request.answers.disk.firmware == .uefi
    if let question = PreseedQuestions.open(answers).first {
      throw FactoryError(.unexpected, "the rendered preseed does not answer '\(question.key)'")
    }
  }

  /// What the Debian installer has no way to do, refused before anything is fetched.
  private func refuseUnsupported(_ request: RenderRequest) throws {
    let answers = request.answers
    if !request.dialect.isEmpty {
      throw unsupported(request, "answer-dialect", "Debian's installer reads the same file in every release")
    }
    try request.refuseUpdateMirrors(Self.name)
    if answers.firewall != nil { throw unsupported(request, "firewall") }
    if answers.selinux != nil { throw unsupported(request, "selinux") }
    if answers.ostree != nil { throw unsupported(request, "ostree-url") }
    if answers.scripts.contains(where: { $0.moment == .onError }) {
      throw unsupported(request, "error-script", "the Debian installer stops and asks when a step fails")
    }
  }

  private func unsupported(_ request: RenderRequest, _ setting: String, _ hint: String? = nil) -> FactoryError {
    request.unsupported(setting, by: Self.name, hint)
  }
}
