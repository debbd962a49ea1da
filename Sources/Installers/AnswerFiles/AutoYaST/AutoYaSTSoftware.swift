import Model

/// The sections `software` and `add-on`, and the keys of further repositories.
struct AutoYaSTSoftware {
  private let answers: InstallAnswers
  private let product: String
  private let updates: [SUSEUpdates.Repository]
  /// Keys of repositories; YaST trusts every key named `*.gpg` in the installer's root. (yast2-packager 4.6, ImportGPGKeys)
  private(set) var keyFiles: [RenderedFile] = []

  init(_ request: RenderRequest, _ release: AutoYaSTRelease) throws {
    answers = request.answers
    product = release.product
    updates = try SUSEUpdates.repositories(request)
    for (index, repository) in answers.archive.repositories.enumerated() {
      guard let key = repository.key else { continue }
      keyFiles.append(RenderedFile("repository-\(index + 1).gpg", copy: try request.readFile(key)))
    }
  }

  var sections: [XMLElement] {
    var software: [XMLElement] = [
      .strings("products", "product", [product], from: "answer-dialect"),
      .boolean("install_recommended", answers.recommends), .boolean("do_online_update", false),
    ]
    if !answers.groups.isEmpty { software.append(.strings("patterns", "pattern", answers.groups, from: "groups")) }
    if !packages.isEmpty { software.append(.strings("packages", "package", packages, from: "packages")) }
    if !answers.excludedPackages.isEmpty {
      software.append(.strings("remove-packages", "package", answers.excludedPackages, from: "excluded-packages"))
    }
    let others = repositories
    return [.map("software", software)] + (others.isEmpty ? [] : [.map("add-on", [.list("add_on_others", others)])])
  }

  /// What is asked for, and what other answers need to work.
  private var packages: [String] { Self.packages(answers) }

  static func packages(_ answers: InstallAnswers) -> [String] {
    var names = answers.packages
    func need(_ name: String) {
      if !names.contains(name), !answers.excludedPackages.contains(name) { names.append(name) }
    }
    if answers.users.contains(where: \.sudo) { need("sudo") }
    if answers.timeServers != nil { need("chrony") }
    if answers.firewall?.enabled == true { need("firewalld") }
    return names
  }

  private var repositories: [XMLElement] {
    let own = answers.archive.repositories.map { ($0.name, $0.source, "repository:\($0.name)") }
    return (updates.map { ($0.name, $0.url, $0.setting) } + own).map { name, url, setting in
      .map(
        "listentry",
        [
          .string("media_url", url, from: setting), .string("alias", name, from: setting),
          .string("name", name, from: setting), .boolean("ask_on_error", false), .boolean("confirm_license", false),
        ])
    }
  }
}
