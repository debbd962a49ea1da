package import Model

/// The profile of openSUSE's installer YaST: Leap 15.6 and Tumbleweed.
///
/// Everything happens in YaST's first stage, after which the machine halts; the second stage would run at the image's first boot.
/// What only the second stage can do (time servers, masked services) is done by a script in the finished system.
/// Sources: the branches SLE-15-SP6 of yast-autoinstallation, yast-installation, yast-storage-ng, yast-users and yast-firewall.
package struct AutoYaST: AnswerFileFormat {
  package static let name = "autoyast"

  /// The profile's name in the root of the initrd.
  static let fileName = "autoinst.xml"

  package init() {}

  package func render(_ request: RenderRequest) throws -> RenderedAnswers {
    let release = try AutoYaSTRelease(request)
    try SUSEGrammar.check(request, format: Self.name)
    let payload = try SUSEPayload(request)
    let profile = try self.profile(request, release, payload, revealing: true)
    let masked = try self.profile(request, release, payload, revealing: false)
    let text = try profile.document(request, revealing: true)
    var files = [
      RenderedFile(
        Self.fileName, contents: Array(text.utf8), masked: try masked.document(request, revealing: false))
    ]
    files += try AutoYaSTSoftware(request, release).keyFiles
    return RenderedAnswers(files: files)
  }

  private func profile(
    _ request: RenderRequest, _ release: AutoYaSTRelease, _ payload: SUSEPayload, revealing: Bool
  ) throws -> XMLElement {
    let software = try AutoYaSTSoftware(request, release)
    let system = AutoYaSTSystem(request)
    let basics = try AutoYaSTBasics(request)
    let accounts = try SUSEAccounts(request)
    let scripts = AutoYaSTScripts(request: request, payload: payload, revealing: revealing)
    var sections = basics.sections + AutoYaSTUsers(accounts).sections
    sections.append(try AutoYaSTPartitioning(request).section)
    sections.append(system.bootLoader)
    sections += software.sections
    sections += [system.services, system.firewall, system.security].compactMap(\.self)
    sections.append(try scripts.section(packages: AutoYaSTSoftware.packages(request.answers)))
    return .map("profile", sections)
  }

  package func kernelArguments(_ request: RenderRequest, tuning: InstallerTuning) throws -> [String] {
    guard let mirror = MirrorURL(request.answers.archive.mirror) else {
      throw request.problem("mirror", "'\(request.answers.archive.mirror.printable)' is no http or https URL")
    }
    var words = ["install=\(mirror.text)"] + ownFileKernelArguments(fileName: Self.fileName)
    words += ["netsetup=dhcp", "textmode=1", "TERM=vt100", "self_update=0", "linuxrclog=/dev/\(request.logPort)"]
    // The schema's verdict is a question on the screen; our tests ask it of every profile.
    words.append("YAST_SKIP_XML_VALIDATION=1")
    if let proxy = request.proxy { words.append("proxy=\(proxy)") }
    words.append("console=\(tuning.console)")
    if tuning.noRandomization { words.append("norandmaps") }
    if tuning.noMitigations { words.append("mitigations=off") }
    if !tuning.ipv6 { words.append("ipv6.disable=1") }
    // The finished system's network configuration names the interface as the installer saw it.
    words += request.answers.kernelArguments.filter { $0.hasPrefix("net.ifnames=") || $0.hasPrefix("biosdevname=") }
    words += tuning.append
    for word in words where word.isEmpty || word.contains(where: { $0.isWhitespace || $0 == "\"" || $0 == "'" }) {
      throw request.problem("append", "'\(word.printable)' cannot stand on the installer's kernel line")
    }
    return words
  }

  package func ownFileKernelArguments(fileName: String) -> [String] { ["autoyast=file:///\(fileName)"] }

  package var ownFileWatch: (files: [RenderedFile], arguments: [String]) {
    ([OwnAutoYaSTWatch.file], OwnAutoYaSTWatch.arguments)
  }

  package func check(_ text: String, file: String, dialect: String) -> [Finding] {
    AutoYaSTCheck(text, file: file).findings
  }

  package func oracle(dialect: String) -> String {
    "xmllint --noout --relaxng /usr/share/YaST2/schema/autoyast/rng/profile.rng FILE"
  }
}

/// The releases whose profiles we write.
struct AutoYaSTRelease {
  /// What the installation medium calls the product; without it YaST stops and asks when the medium has several.
  let product: String

  init(_ request: RenderRequest) throws {
    switch request.dialect {
    case "SLE-15-SP5", "SLE-15-SP6", "SLE-15-SP7": product = "Leap"
    case "Tumbleweed": product = "openSUSE"
    default:
      throw request.problem(
        "answer-dialect", "the answer-file format 'autoyast' does not know '\(request.dialect.printable)'",
        hint: "'SLE-15-SP6' for Leap 15.6, 'Tumbleweed'")
    }
  }
}
