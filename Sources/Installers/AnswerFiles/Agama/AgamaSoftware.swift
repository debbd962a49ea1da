import Model

/// The section `software`, and the keys of further repositories.
struct AgamaSoftware {
  private let answers: InstallAnswers
  private let updates: [SUSEUpdates.Repository]
  /// Keys of repositories, which the first script puts where Agama takes trusted keys from.
  private(set) var keyFiles: [RenderedFile] = []

  init(_ request: RenderRequest) throws {
    answers = request.answers
    updates = try SUSEUpdates.repositories(request)
    for (index, repository) in answers.archive.repositories.enumerated() {
      guard let key = repository.key else { continue }
      keyFiles.append(RenderedFile("repository-\(index + 1).gpg", copy: try request.readFile(key)))
    }
  }

  var section: JSONNode {
    var members: [(key: String, value: JSONNode)] = [
      ("packages", .strings(packages)), ("onlyRequired", .boolean(!answers.recommends)),
    ]
    // A list stands for the product's own selection; patterns are added to it instead.
    if !answers.groups.isEmpty { members.append(("patterns", .object([("add", .strings(answers.groups))]))) }
    let repositories = self.repositories
    if !repositories.isEmpty { members.append(("extraRepositories", .list(repositories))) }
    return .object(members)
  }

  /// What is asked for, and what other answers need to work.
  var packages: [String] { AutoYaSTSoftware.packages(answers) }

  private var repositories: [JSONNode] {
    let own = answers.archive.repositories.map { ($0.name, $0.source) }
    return (updates.map { ($0.name, $0.url) } + own).map { name, url in
      .object([
        ("alias", .string(name)), ("name", .string(name)), ("url", .string(url)), ("allowUnsigned", .boolean(false)),
      ])
    }
  }

  /// Agama's service reads these before it asks a repository for its packages. (software/manager.rb, import_gpg_keys)
  var keyCommands: [String] {
    guard !keyFiles.isEmpty else { return [] }
    return ["mkdir -p /usr/lib/rpm/gnupg/keys"]
      + keyFiles.map {
        "agama download 'label://\(Agama.volumeLabel)/\($0.name)' /usr/lib/rpm/gnupg/keys/gpg-\($0.name)"
      }
  }
}
