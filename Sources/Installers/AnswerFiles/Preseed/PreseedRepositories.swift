import Model

/// The finished system's package sources beside the mirror: security updates, updates, further repositories.
struct PreseedRepositories {
  private let request: RenderRequest
  /// Repository keys, fetched by the installer from its own root.
  private(set) var files: [RenderedFile] = []
  private var services: [String] = []
  private var securityHost: String?
  private var local: [(line: String, name: String, keyFile: String?)] = []

  init(_ request: RenderRequest) throws {
    self.request = request
    let archive = request.answers.archive
    guard archive.components.first == "main" else {
      throw request.problem("components", "the first component must be 'main'")
    }
    for name in archive.components.dropFirst() where !Self.components.contains(name) {
      throw request.problem(
        "components", "'\(name.printable)' is no component of Debian",
        hint: "one of 'contrib', 'non-free', 'non-free-firmware'")
    }
    if archive.updates, let security = archive.securityMirror { try addSecurity(security) }
    if archive.updates { services.append("updates") }
    for (index, repository) in archive.repositories.enumerated() { try addRepository(repository, index + 1) }
  }

  func add(to text: inout PreseedText) throws {
    let archive = request.answers.archive
    for name in Self.components {
      try text.add("apt-setup/\(name)", "boolean", archive.components.contains(name) ? "true" : "false")
    }
    try text.add("apt-setup/enable-source-repositories", "boolean", "false")
    try text.add("apt-setup/cdrom/set-first", "boolean", "false")
    try text.add("apt-setup/disable-cdrom-entries", "boolean", "true")
    try text.add("apt-setup/services-select", "multiselect", services.joined(separator: ", "))
    if let securityHost { try text.add("apt-setup/security_host", "string", securityHost, from: "security-mirror") }
    for (index, entry) in local.enumerated() {
      let key = "apt-setup/local\(index)"
      try text.add("\(key)/repository", "string", entry.line, from: "repository:\(entry.name)")
      try text.add("\(key)/comment", "string", entry.name, from: "repository:\(entry.name)")
      if let file = entry.keyFile { try text.add("\(key)/key", "string", "file:///\(file)") }
    }
  }

  /// The hook that makes updates known before the kernel is installed; nil when there are none, or only by https, for which
  /// the base system has no certificates yet.
  ///
  /// The installer itself adds them after the base system, and the upgrade then brings a second kernel beside the first:
  /// 150 MB and another initramfs. (bootstrap-base 1.226: hooks run between `apt-get update` and the kernel)
  var updatesHook: RenderedFile? {
    let archive = request.answers.archive
    guard archive.updates else { return nil }
    var lines: [String] = []
    if let url = archive.securityMirror.flatMap({ MirrorURL($0) }), url.scheme == "http" {
      lines.append("deb \(url.text) \(archive.suite)-security main")
    }
    if let url = MirrorURL(archive.mirror), url.scheme == "http" {
      lines.append("deb \(url.text) \(archive.suite)-updates main")
    }
    return lines.isEmpty ? nil : RenderedFile("updates.sh", text: InstallerHooks.updates(lines), mode: 0o700)
  }

  private static let components = ["contrib", "non-free", "non-free-firmware"]

  /// The installer writes `http://HOST/debian-security` and nothing else (apt-setup 0.198); another address becomes a
  /// repository of its own.
  private mutating func addSecurity(_ address: String) throws {
    guard let url = MirrorURL(address) else {
      throw request.problem("security-mirror", "'\(address.printable)' is no http or https URL")
    }
    if url.scheme == "http", url.directory == "/debian-security" {
      services.append("security")
      securityHost = url.host
    } else {
      let archive = request.answers.archive
      let line = "\(url.text) \(archive.suite)-security \(archive.components.joined(separator: " "))"
      local.append((line, "security updates", nil))
    }
  }

  private mutating func addRepository(_ repository: Repository, _ number: Int) throws {
    let setting = "repository:\(repository.name)"
    let words = repository.source.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    let plain = AnswerGrammar.alphanumerics + "-_./"
    guard words.count >= 2, MirrorURL(words[0]) != nil,
      words.dropFirst().allSatisfy({ AnswerGrammar.matches($0, plain) }), words.count >= 3 || words[1].hasSuffix("/")
    else {
      throw request.problem(
        setting, "'\(repository.source.printable)' is no package source",
        hint: "write it as 'http://host/debian suite component'")
    }
    guard AnswerGrammar.matches(repository.name, plain) else {
      throw request.problem(setting, "'\(repository.name.printable)' is no name for a repository")
    }
    var keyFile: String?
    if let key = repository.key {
      let name = "repository-\(number).key"
      files.append(RenderedFile(name, copy: try request.readFile(key)))
      keyFile = name
    }
    local.append((repository.source, repository.name, keyFile))
  }
}
