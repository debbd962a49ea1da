import Model

/// Repositories of updates as both openSUSE formats name them.
enum SUSEUpdates {
  typealias Repository = (name: String, url: String, setting: String)

  /// `updates`, `updates-2` …, names that no repository of the config may have then.
  static func repositories(_ request: RenderRequest) throws -> [Repository] {
    let updates = try request.updateRepositories().enumerated().map { index, repository in
      (name: index == 0 ? "updates" : "updates-\(index + 1)", url: repository.url, setting: repository.setting)
    }
    for repository in request.answers.archive.repositories
    where updates.contains(where: { $0.name == repository.name }) {
      throw request.problem(
        "repository:\(repository.name)", "'\(repository.name)' is the name of the updates' repository",
        hint: "give it another name")
    }
    return updates
  }
}
