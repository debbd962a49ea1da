import Model
import SystemPackage

/// Makes the typed config of one image out of its section and the sections it names.
struct ImageReader {
  private let set: ConfigSet
  private var sections: SectionReader
  private let view: SectionView
  private var draft: ImageDraft

  init(_ name: String, view: SectionView, set: ConfigSet, request: LoaderRequest) {
    self.set = set
    self.view = view
    sections = SectionReader(interpolator: Interpolator(set: set, focus: view), request: request)
    draft = ImageDraft(name: name)
  }

  /// The draft with everything in it, and all findings; the config is whole only when no finding is an error.
  mutating func read() -> (draft: ImageDraft, findings: [Finding]) {
    checkName()
    if set.sections[view.name]?.values["inherits"] != nil, case .failure(let problem) = set.lineage(of: view.name) {
      sections.findings.append(problem.finding)
    }
    sections.read(ImageSettings.book, from: view, into: &draft, seesDefaults: true)
    let failed = sections.failed
    readScripts()
    draft.config.answers.rootPassword = passwordSource(
      draft.rootPassword, "root-password", of: view.name,
      hasHash: draft.config.answers.root != .locked, origins: sections.origins)
    readNamedSections()
    readGroupedSettings()
    draft.config.origins = sections.origins
    ImageCheck(draft: draft, name: view.name, header: header, failed: failed).run(into: &sections.findings)
    return (draft, sections.findings)
  }

  private var header: SourceLocation? { self.set.sections[view.name].map { set.location(of: $0) } }

  /// The name becomes part of file names and of the libvirt domain's name.
  private mutating func checkName() {
    let name = draft.config.name
    let isPlain = NameRule.isWord(name, and: "-._+") && !name.hasPrefix("-") && !name.hasPrefix(".")
    if isPlain && name.utf8.count <= 100 { return }
    sections.findings.append(
      .config(
        "'\(name.printable)' cannot be the name of an image",
        hint: "use letters, digits and . _ + -, not starting with . or -, 100 characters at most", at: header))
  }

  private mutating func readScripts() {
    draft.config.answers.scripts =
      draft.beforeScripts.map { InstallScript(.before, source: $0) }
      + draft.lateScripts.map { InstallScript(.after, source: $0) }
      + draft.errorScripts.map { InstallScript(.onError, source: $0) }
  }

  private mutating func readNamedSections() {
    for (name, view) in named(draft.users, prefix: "user:", by: "users") {
      var user = UserDraft(account: UserAccount(name: name))
      let origins = readSection(SectionSettings.user, view, into: &user)
      user.account.password = passwordSource(
        user.password, "password", of: view.name, hasHash: user.account.passwordHash != nil, origins: origins)
      noteOrigin(view.name, view)
      draft.config.answers.users.append(user.account)
    }
    if sections.origins["partitions"] != nil, !draft.partitions.isEmpty {
      draft.config.answers.disk.partitions = []
      for (name, view) in named(draft.partitions, prefix: "partition:", by: "partitions") {
        var partition = PartitionRequest(name: name, size: nil, fileSystem: .ext4, mountPoint: nil)
        readSection(SectionSettings.partition, view, into: &partition)
        noteOrigin(view.name, view)
        draft.config.answers.disk.partitions.append(partition)
      }
    }
    for (name, view) in named(draft.repositories, prefix: "repository:", by: "repositories") {
      var repository = Repository(name: name, source: "", key: nil)
      readSection(SectionSettings.repository, view, into: &repository)
      noteOrigin(view.name, view)
      require(!repository.source.isEmpty, "source", of: view)
      draft.config.answers.archive.repositories.append(repository)
    }
    for (_, view) in named(draft.files, prefix: "file:", by: "files") {
      var file = PlacedFile(path: "", source: "")
      readSection(SectionSettings.file, view, into: &file)
      // Whoever writes the answers knows a file by its place in the guest.
      noteOrigin("file:\(file.path)", view)
      require(!file.path.isEmpty, "path", of: view)
      require(!file.source.isEmpty, "source", of: view)
      draft.config.answers.files.append(file)
    }
    readDestinations()
  }

  private mutating func readDestinations() {
    for (name, view) in named(draft.destinations, prefix: "", by: "upload-destinations") {
      var destination = UploadDestination(name: name, type: "", target: "")
      readSection(SectionSettings.destination, view, into: &destination, seesDefaults: true)
      destination.location = set.sections[view.name].map { set.location(of: $0) }
      require(!destination.type.isEmpty, "upload-type", of: view)
      require(!destination.target.isEmpty, "upload-target", of: view)
      draft.config.publishing.destinations.append(destination)
    }
  }

  /// What is wrong with a section as a whole is told with its first line.
  private mutating func noteOrigin(_ key: String, _ view: SectionView) {
    sections.origins[key] = set.sections[view.name].map { set.location(of: $0) }
  }

  /// Gives where the section's own values were written.
  @discardableResult
  private mutating func readSection<Target>(
    _ book: RuleBook<Target>, _ view: SectionView, into target: inout Target, seesDefaults: Bool = false
  ) -> [String: SourceLocation] {
    let kept = sections.origins
    sections.failed = []
    sections.origins = [:]
    sections.read(book, from: view, into: &target, seesDefaults: seesDefaults)
    let origins = sections.origins
    sections.origins = kept
    if set.sections[view.name]?.values["inherits"] != nil, case .failure(let problem) = set.lineage(of: view.name) {
      sections.findings.append(problem.finding)
    }
    return origins
  }

  /// The one way in which a password is given; findings when it is given twice or in clear text.
  private mutating func passwordSource(
    _ ways: PasswordWays, _ key: String, of section: String, hasHash: Bool, origins: [String: SourceLocation]
  ) -> PasswordSource? {
    let used = ways.used.map { (key: key + $0.suffix, kind: $0.kind) }
    let keys = (hasHash ? [key + "-hash"] : []) + used.map(\.key)
    if keys.count > 1 {
      let places = keys.map { name in "'\(name)'" + (origins[name].map { " (\($0))" } ?? "") }
      sections.findings.append(
        .config(
          "\(places.joined(separator: " and ")) of [\(section.printable)] give one password",
          hint: "keep one; an empty value takes an inherited one back", at: origins[keys[1]]))
    }
    guard let way = used.first else { return nil }
    if case .clearText = way.kind {
      sections.findings.append(
        .warning(
          "'\(key)' of [\(section.printable)] is a password in clear text",
          hint: "give a hash with '\(key)-hash', or name a file with '\(key)-file'", at: origins[key]))
    }
    return PasswordSource(way.kind, at: origins[way.key])
  }

  /// The views of the sections an image names; one finding for each that is missing or named twice.
  private mutating func named(_ names: [String], prefix: String, by key: String) -> [(name: String, view: SectionView)]
  {
    var result: [(String, SectionView)] = []
    var seen = Set<String>()
    for name in names {
      let section = prefix + name
      if !seen.insert(name).inserted {
        sections.findings.append(
          .config("'\(key)' of [\(view.name.printable)] names '\(name.printable)' twice", at: sections.origins[key]))
      } else if set.sections[section] == nil {
        let close = Spelling.closest(to: section, among: set.order)
        sections.findings.append(
          .config(
            "'\(key)' of [\(view.name.printable)] names '\(name.printable)', but there is no section [\(section.printable)]",
            hint: close.map { "did you mean [\($0.printable)]?" } ?? "add the section", at: sections.origins[key]))
      } else {
        result.append((name, set.view(of: section)))
      }
    }
    return result
  }

  private mutating func require(_ isSet: Bool, _ key: String, of view: SectionView) {
    if isSet || sections.failed.contains(key) { return }
    sections.findings.append(
      .config(
        "[\(view.name.printable)] does not set '\(key)'", hint: "add a line '\(key) = …'",
        at: set.sections[view.name].map { set.location(of: $0) }))
  }

  private mutating func readGroupedSettings() {
    if draft.firewall != nil || !draft.firewallOpen.isEmpty {
      draft.config.answers.firewall = Firewall(enabled: draft.firewall ?? true, open: draft.firewallOpen)
    }
    let parts = [draft.ostreeRemote, draft.ostreeURL, draft.ostreeRef]
    if parts.allSatisfy({ !$0.isEmpty }) {
      draft.config.answers.ostree = OSTreeSource(remote: parts[0], url: parts[1], ref: parts[2])
    } else if parts.contains(where: { !$0.isEmpty }) {
      sections.findings.append(
        .config(
          "[\(view.name.printable)] sets only some of 'ostree-remote', 'ostree-url' and 'ostree-ref'",
          hint: "set all three or none",
          at: sections.origins["ostree-ref"] ?? sections.origins["ostree-url"] ?? sections.origins["ostree-remote"]))
    }
  }
}
