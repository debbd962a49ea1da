package import Model

/// Anaconda's answer file: Kickstart, for Red Hat's relatives and Fedora.
///
/// Anaconda reads `/ks.cfg` from the root of the initrd (`inst.ks=file:/ks.cfg`): dracut copies it to `/run/install` before the
/// initrd's root disappears, and nothing beside it, so that scripts and placed files travel inside.
/// Sources: pykickstart 3.78 and pyanaconda of the branches rhel-9, rhel-10 and fedora-43 (2026-08).
package struct Kickstart: AnswerFileFormat {
  package static let name = "kickstart"

  package init() {}

  package func render(_ request: RenderRequest) throws -> RenderedAnswers {
    let dialect = try dialect(of: request)
    try request.refuseDebianSettings(Self.name)
    let accounts = try KickstartAccounts(request)
    let source = try KickstartSource(request)
    let packages = try KickstartPackages(request)
    var text = KickstartText(dialect)
    text.comment("Answers for Anaconda of \(dialect.rawValue), made by image-factory.")
    try text.command("cmdline")
    try source.add(to: &text)
    try addLanguage(&text, request)
    try addNetwork(&text, request)
    try accounts.add(to: &text)
    try addSecurity(&text, request)
    try KickstartPartitioning(request, dialect).add(to: &text)
    // Without it Anaconda waits for a key when it is done.
    try text.command(request.powerOff ? "poweroff" : "reboot")
    if let section = packages.section { text.section(section.header, KickstartScript(section.body)) }
    try KickstartScripts(request, accounts, source).add(to: &text)
    return RenderedAnswers(files: [
      RenderedFile("ks.cfg", contents: Array(text.text.utf8), masked: text.masked)
    ])
  }

  package func kernelArguments(_ request: RenderRequest, tuning: InstallerTuning) throws -> [String] {
    guard let mirror = MirrorURL(request.answers.archive.mirror) else {
      throw request.problem(
        "mirror", "'\(request.answers.archive.mirror.printable)' is no http or https URL of an installation tree")
    }
    // Without a disc that has the second stage dracut fetches it from inst.repo.
    var words = [
      "inst.ks=file:/ks.cfg", "inst.repo=\(mirror.text)", "inst.cmdline", "inst.notmux", "inst.nosave=all",
      "console=\(tuning.console)", "ip=dhcp", "rd.neednet=1",
    ]
    if tuning.noRandomization { words.append("norandmaps") }
    if tuning.noMitigations { words.append("mitigations=off") }
    // Anaconda would copy this word into the finished system; %post takes it out again.
    if !tuning.ipv6 { words.append("ipv6.disable=1") }
    words += tuning.append
    for word in words where word.isEmpty || word.contains(where: { $0.isWhitespace || $0 == "\"" || $0 == "'" }) {
      throw request.problem("append", "'\(word.printable)' cannot stand on the installer's kernel line")
    }
    return words
  }

  package func ownFileKernelArguments(fileName: String) -> [String] {
    ["inst.ks=file:///\(fileName)", "ks=file:///\(fileName)"]
  }

  /// Anaconda's own way to send its log out of the guest takes any device. (`setupVirtio` of pyanaconda/anaconda_logging.py)
  package var ownFileWatch: (files: [RenderedFile], arguments: [String]) { ([], ["inst.virtiolog=/dev/ttyS1"]) }

  package func check(_ text: String, file: String, dialect: String) -> [Finding] {
    KickstartCheck(text, file: file, dialect: KickstartDialect(rawValue: dialect)).findings
  }

  /// A disc with `images/install.img` and nothing else: the tree's updates.img and product.img, which dracut would fetch and unpack
  /// beside a second stage from the network, are listed nowhere. (dracut/parse-anaconda-repo.sh, repo-genrules.sh and anaconda-lib.sh
  /// of the branches rhel-9, rhel-10, fedora-43 and main)
  package var secondStage: SecondStageDisc? {
    SecondStageDisc(label: "STAGE2", kernelWord: "inst.stage2=hd:LABEL=STAGE2", member: "images/install.img")
  }

  package var cleansItself: Bool { true }

  package func oracle(dialect: String) -> String {
    "ksvalidator -v \(dialect.isEmpty ? "DEVEL" : dialect) FILE"
  }

  private func dialect(of request: RenderRequest) throws -> KickstartDialect {
    if let dialect = KickstartDialect(rawValue: request.dialect) { return dialect }
    let known = KickstartDialect.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    throw request.problem(
      "answer-dialect", "the answer-file format 'kickstart' has no release '\(request.dialect.printable)'",
      hint: "known: \(known); write the last one of its family for a newer release")
  }
}
