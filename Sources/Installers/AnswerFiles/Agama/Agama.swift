package import Model

/// The profile of openSUSE's installer Agama: Leap 16.
///
/// Agama runs in a live system that knows nothing of what lay in the initrd, so the profile stands on a small volume and is named
/// by its label; Agama knows the schemes http, https, ftp, file, label, device, usb, cd, dvd and hd. What the profile's schema has no
/// key for (further accounts, services, packet filter, time servers) a script does in the finished system.
/// Sources: the branch SLE-16 of agama (agama-lib/share/profile.schema.json, utils/transfer.rs; agama-autoinstall; the Ruby service).
package struct Agama: AnswerFileFormat {
  package static let name = "agama"

  /// The label that Agama also looks for by itself. (agama-autoinstall, auto_loader.rs)
  package static let volumeLabel = "OEMDRV"

  /// The profile's name on the volume.
  static let fileName = "autoinst.json"

  package init() {}

  package var delivery: AnswerDelivery { .volume(label: Agama.volumeLabel) }

  /// The live system is in the image. (dracut, modules.d/90dmsquash-live/parse-dmsquash-live.sh)
  package var imageLabelWord: String? { "root=live:CDLABEL=" }

  package func render(_ request: RenderRequest) throws -> RenderedAnswers {
    guard Self.isProduct(request.dialect) else {
      throw request.problem(
        "answer-dialect", "'\(request.dialect.printable)' is no product of Agama",
        hint: "'Leap_16.0', from Leap 16.1 on 'openSUSE_Leap'")
    }
    try SUSEGrammar.check(request, format: Self.name)
    let software = try AgamaSoftware(request)
    let payload = try SUSEPayload(request)
    let text = try profile(request, software, payload, revealing: true).text(revealing: true)
    let masked = try profile(request, software, payload, revealing: false).text(revealing: false)
    let file = RenderedFile(Self.fileName, contents: Array(text.utf8), masked: masked)
    return RenderedAnswers(files: [file] + software.keyFiles)
  }

  static func isProduct(_ word: String) -> Bool {
    AnswerGrammar.matches(word, AnswerGrammar.alphanumerics + "_.-", first: AnswerGrammar.alphanumerics, upTo: 64)
  }

  private func profile(
    _ request: RenderRequest, _ software: AgamaSoftware, _ payload: SUSEPayload, revealing: Bool
  ) throws -> JSONNode {
    let answers = request.answers
    let accounts = try SUSEAccounts(request)
    let scripts = AgamaScripts(
      request: request, software: software, accounts: accounts, payload: payload, revealing: revealing)
    return .object([
      ("product", .object([("id", .string(request.dialect))])),
      ("questions", .object([("policy", .string("auto"))])),
      ("hostname", .object([("static", .string(hostname(answers)))])),
      (
        "localization",
        .object([
          ("language", .string((SUSEGrammar.language(answers) ?? "en_US") + ".UTF-8")),
          ("keyboard", .string(try SUSEGrammar.keymap(request))), ("timezone", .string(answers.timeZone)),
        ])
      ),
      // The connection is named without its interface, which has another name in the machines the image is started in.
      (
        "network",
        .object([
          (
            "connections",
            .list([
              .object([
                ("id", .string("ethernet")), ("method4", .string("auto")), ("method6", .string("auto")),
                ("autoconnect", .boolean(true)), ("persistent", .boolean(true)),
              ])
            ])
          )
        ])
      ),
      // Agama does not install without a way in; no password matches `!`.
      (
        "root",
        .object([
          ("password", accounts.rootHash.map(JSONNode.secret) ?? .string("!")), ("hashedPassword", .boolean(true)),
        ])
      ),
      ("software", software.section),
      ("storage", try AgamaStorage(request).section),
      ("bootloader", bootLoader(answers)),
      ("scripts", try scripts.section),
    ])
  }

  private func hostname(_ answers: InstallAnswers) -> String {
    answers.domain.isEmpty ? answers.hostname : "\(answers.hostname).\(answers.domain)"
  }

  /// No `timeout` beside `stopOnBootMenu`: the schema lets one of the two stand.
  private func bootLoader(_ answers: InstallAnswers) -> JSONNode {
    // The mode `disabled` acts at boot only by the kernel's own argument.
    let words = answers.kernelArguments + (answers.selinux == .disabled ? ["selinux=0"] : [])
    return .object([
      ("stopOnBootMenu", .boolean(false)), ("extraKernelParams", .string(words.joined(separator: " "))),
    ])
  }

  package func kernelArguments(_ request: RenderRequest, tuning: InstallerTuning) throws -> [String] {
    guard let mirror = MirrorURL(request.answers.archive.mirror) else {
      throw request.problem("mirror", "'\(request.answers.archive.mirror.printable)' is no http or https URL")
    }
    try checkLiveSystem(request, tuning)
    var words = ["ip=dhcp", "rd.neednet=1", "inst.auto=label://\(Agama.volumeLabel)/\(Self.fileName)"]
    words += ["inst.finish=\(request.powerOff ? "poweroff" : "reboot")", "inst.self_update=0"]
    words.append("inst.install_url=\(mirror.text)" + (tuning.repositoryPath.map { "/" + $0 } ?? ""))
    if let proxy = request.proxy { words.append("proxy=\(proxy)") }
    words += ["systemd.journald.forward_to_console=1", "console=\(tuning.console)"]
    if tuning.noRandomization { words.append("norandmaps") }
    if tuning.noMitigations { words.append("mitigations=off") }
    if !tuning.ipv6 { words.append("ipv6.disable=1") }
    words += request.answers.kernelArguments.filter { $0.hasPrefix("net.ifnames=") || $0.hasPrefix("biosdevname=") }
    words += tuning.append
    for word in words where word.isEmpty || word.contains(where: { $0.isWhitespace || $0 == "\"" || $0 == "'" }) {
      throw request.problem("append", "'\(word.printable)' cannot stand on the installer's kernel line")
    }
    return words
  }

  /// The live system is attached, and the pipeline names it by its label, or `append` says where it is.
  private func checkLiveSystem(_ request: RenderRequest, _ tuning: InstallerTuning) throws {
    guard !request.hasInstallerImage, !tuning.append.contains(where: { $0.hasPrefix("root=") }) else { return }
    throw request.problem(
      "image-path", "where the live system of the installer of '\(request.dialect.printable)' lies is not known",
      hint: "set it to the path of its ISO image below 'mirror', or 'append' to 'root=live:URL'")
  }

  package func ownFileKernelArguments(fileName: String) -> [String] {
    ["inst.auto=label://\(Agama.volumeLabel)/\(fileName)", "inst.finish=poweroff", "inst.self_update=0"]
  }

  /// The journal's lines on the console are enough to see how it goes.
  package var ownFileWatch: (files: [RenderedFile], arguments: [String]) {
    ([], ["systemd.journald.forward_to_console=1"])
  }

  package func check(_ text: String, file: String, dialect: String) -> [Finding] {
    AgamaCheck(text, file: file, dialect: dialect).findings
  }

  package func oracle(dialect: String) -> String { "agama config validate FILE" }
}
