import Model

/// Where the installer gets the system from: a tree of packages with further repositories, or an OSTree.
///
/// Anaconda checks no signatures of packages (`gpgcheck = False` in its own dnf); the finished system does, by the repository
/// files that `script` writes. Kickstart cannot change that: use https, or a mirror of your own.
struct KickstartSource {
  private let request: RenderRequest
  /// What the script in the finished system does about repositories.
  private(set) var script: KickstartScript?

  init(_ request: RenderRequest) throws {
    self.request = request
    guard request.answers.archive.components == ["main"] else {
      throw request.problem(
        "components", "the answer-file format 'kickstart' cannot say this", hint: "name further repositories")
    }
    for repository in request.answers.archive.repositories { try check(repository) }
    if request.answers.ostree == nil { try addRepositoryFiles() }
  }

  func add(to text: inout KickstartText) throws {
    let archive = request.answers.archive
    if let ostree = request.answers.ostree { return try add(ostree, to: &text) }
    guard let mirror = MirrorURL(archive.mirror) else {
      throw request.problem("mirror", "'\(archive.mirror.printable)' is no http or https URL of an installation tree")
    }
    try text.command("url", [.option("--url", mirror.text, from: "mirror", request)] + proxy())
    for (index, updates) in try request.updateRepositories().enumerated() {
      let name = "image-factory-updates" + (index == 0 ? "" : "-\(index + 1)")
      try text.command(
        "repo", [.plain("--name=\(name)"), .option("--baseurl", updates.url, from: updates.setting, request)] + proxy())
    }
    for repository in archive.repositories {
      let (kind, url) = KickstartSource.address(of: repository)
      let setting = "repository:\(repository.name)"
      try text.command(
        "repo", [.plain("--name=\(repository.name)"), .option("--\(kind)", url, from: setting, request)] + proxy())
    }
  }

  private func proxy() throws -> [KickstartWord] {
    guard let proxy = request.proxy else { return [] }
    return [try .option("--proxy", proxy, from: "depot", request)]
  }

  private func add(_ ostree: OSTreeSource, to text: inout KickstartText) throws {
    let plain = AnswerGrammar.alphanumerics
    guard AnswerGrammar.matches(ostree.remote, plain + "-_.", first: plain) else {
      throw request.problem("ostree-remote", "'\(ostree.remote.printable)' is no name of an OSTree remote")
    }
    guard MirrorURL(ostree.url) != nil else {
      throw request.problem("ostree-url", "'\(ostree.url.printable)' is no http or https URL")
    }
    guard AnswerGrammar.matches(ostree.ref, plain + "-_./", first: plain) else {
      throw request.problem("ostree-ref", "'\(ostree.ref.printable)' is no ref of an OSTree")
    }
    guard request.answers.archive.repositories.isEmpty else {
      throw request.problem("repositories", "an OSTree takes no packages from repositories")
    }
    // Signatures are checked: the remote's key must be one that the installer brings.
    try text.command(
      "ostreesetup", .plain("--osname=\(ostree.remote)"), .plain("--remote=\(ostree.remote)"),
      .option("--url", ostree.url, from: "ostree-url", request),
      .option("--ref", ostree.ref, from: "ostree-ref", request))
  }

  /// `URL`, `mirrorlist=URL` or `metalink=URL`, as in a repository file.
  private static func address(of repository: Repository) -> (kind: String, url: String) {
    for kind in ["mirrorlist", "metalink", "baseurl"] where repository.source.hasPrefix(kind + "=") {
      return (kind, String(repository.source.dropFirst(kind.count + 1)))
    }
    return ("baseurl", repository.source)
  }

  private func check(_ repository: Repository) throws {
    let setting = "repository:\(repository.name)"
    let plain = AnswerGrammar.alphanumerics
    guard AnswerGrammar.matches(repository.name, plain + "-_.", first: plain, upTo: 64) else {
      throw request.problem(setting, "'\(repository.name.printable)' is no name for a repository")
    }
    guard request.answers.archive.repositories.count(where: { $0.name == repository.name }) == 1 else {
      throw request.problem(setting, "the repository is asked for twice")
    }
    let url = KickstartSource.address(of: repository).url
    guard ["http://", "https://", "ftp://"].contains(where: url.hasPrefix),
      AnswerGrammar.matches(url, plain + ":/.-_~%+?&=,@$", upTo: 2000)
    else {
      throw request.problem(
        setting, "'\(repository.source.printable)' is no package source",
        hint: "write its URL, for example 'https://host/el9/$basearch'")
    }
  }

  /// The finished system's own repository files. Without a key of its own a repository is signed by the distribution's key:
  /// the one of the distribution's first repository file.
  private mutating func addRepositoryFiles() throws {
    var script = KickstartScript(
      "own_key=$(grep -hs '^gpgkey=' /etc/yum.repos.d/*.repo | head -n 1 | cut -d= -f2-) || true")
    for repository in request.answers.archive.repositories {
      var key = "$own_key"
      if let file = repository.key {
        let path = "/etc/pki/rpm-gpg/RPM-GPG-KEY-\(repository.name)"
        script.add("place \(path) 0644 root:root", reading: try request.readFile(file))
        script.add("rpm --import \(path)")
        key = "file://\(path)"
      }
      let (kind, url) = KickstartSource.address(of: repository)
      script.add(
        """
        {
          printf '%s\\n' '[\(repository.name)]' 'name=\(repository.name)' \(ShellWords.quote("\(kind)=\(url)"))
          printf '%s\\n' 'enabled=1' 'gpgcheck=1' "gpgkey=\(key)"
        } >/etc/yum.repos.d/\(repository.name).repo
        """)
    }
    if !request.answers.archive.repositories.isEmpty { self.script = script }
  }
}
