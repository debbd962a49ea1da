import Model

/// What a format has no way to say: an error that names the setting and the format.
extension RenderRequest {
  /// The error for such a setting.
  func unsupported(_ setting: String, by format: String, _ hint: String? = nil) -> FactoryError {
    problem(setting, "the answer-file format '\(format)' cannot say this", hint: hint)
  }

  /// Refuses what only the installers of Debian and Ubuntu can be told.
  func refuseDebianSettings(_ format: String) throws {
    if !answers.archive.suite.isEmpty {
      throw unsupported("suite", by: format, "'mirror' says which release is installed; leave 'suite' out")
    }
    if firmwareLookup {
      throw unsupported(
        "firmware-lookup", by: format, "the installer chooses by itself; name firmware with 'packages'")
    }
    if udebSuite != nil { throw unsupported("pin", by: format, "use 'installer = current'") }
  }

  /// Refuses further repositories of updates: an archive of Debian's kind has its updates in suites.
  func refuseUpdateMirrors(_ format: String) throws {
    guard answers.archive.updateMirrors.isEmpty else {
      throw unsupported("update-mirrors", by: format, "name them with 'repositories'")
    }
  }

  /// The repositories that updates come from, each with the setting that names it; none when updates are not wanted.
  ///
  /// Throws a `FactoryError` for one that is no URL.
  func updateRepositories() throws -> [(setting: String, url: String)] {
    let archive = answers.archive
    guard archive.updates else { return [] }
    let all =
      [archive.securityMirror].compactMap(\.self).map { ("security-mirror", $0) }
      + archive.updateMirrors.map { ("update-mirrors", $0) }
    return try all.map { setting, address in
      guard let url = MirrorURL(address) else {
        throw problem(setting, "'\(address.printable)' is no http or https URL")
      }
      return (setting, url.text)
    }
  }
}
