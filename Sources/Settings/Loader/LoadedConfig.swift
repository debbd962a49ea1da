package import Model
package import SystemPackage

/// All files laid over each other: which images there are, what each asks for, and what is wrong.
package struct LoadedConfig: Sendable {
  /// Files that were read, in their order.
  package let files: [FilePath]
  /// Where shipped configs were found: `configs/`, with `pins/` in it; nil when there are none.
  package let shippedFolder: FilePath?
  /// About the files themselves: syntax, unreadable files, unknown keys.
  package let findings: [Finding]
  /// The images' names in order of appearance, shipped ones first.
  package let images: [String]

  let set: ConfigSet
  let request: LoaderRequest
  let roles: SectionRoles
  /// Values of the command line for the image that is asked for.
  let overrides: ConfigSection?
  /// nil without `--tree`.
  let tree: TreeLoader.Result?

  /// The section of a tree that says how its image is built here.
  static let treeSection = "image-factory"

  /// What the loader read.
  struct Parts {
    var set: ConfigSet
    var overrides: ConfigSection?
    var files: [FilePath]
    var findings: [Finding]
    var shippedFolder: FilePath?
    var tree: TreeLoader.Result?

    mutating func add(_ tree: TreeLoader.Result) {
      self.tree = tree
      files += tree.files
      findings += tree.findings
    }
  }

  init(request: LoaderRequest, parts: Parts) {
    var set = parts.set
    var roles = SectionRoles(set)
    var findings = parts.findings
    let ofTree = Set(parts.tree?.full.order ?? [])
    findings += KeyCheck(set: set, roles: roles, isStrict: request.strict, ofTree: ofTree).findings()
    if let value = set.sections[INIFile.defaultSection]?.values["inherits"] {
      findings.append(
        .config("'inherits' cannot stand in [DEFAULT]", hint: "write it in each image", at: set.keyLocation(of: value)))
    }
    if let tree = parts.tree {
      set.overlay(tree.full)
      roles.replaceImages(by: tree.name, section: LoadedConfig.treeSection, variables: tree.full.order)
      findings += KeyCheck(set: set, roles: roles, isStrict: request.strict, only: LoadedConfig.treeSection).findings()
    }
    findings += LoadedConfig.unknownKeys(of: parts.overrides, set: set)
    self.request = request
    self.set = set
    self.roles = roles
    self.findings = findings.sortedByPlace
    overrides = parts.overrides
    tree = parts.tree
    files = parts.files
    images = roles.images
    shippedFolder = parts.shippedFolder
  }

  /// A key that `--set` makes up is a typing error unless a value uses it.
  private static func unknownKeys(of overrides: ConfigSection?, set: ConfigSet) -> [Finding] {
    guard let overrides else { return [] }
    let unknown = overrides.order.filter { ImageSettings.book.find($0) == nil }
    if unknown.isEmpty { return [] }
    let used = References.all(in: set)
    return unknown.compactMap { key in
      guard !used.contains(key), let value = overrides.values[key] else { return nil }
      let close = Spelling.closest(to: key, among: SettingsTable.names(.image))
      return .config(
        "unknown key '\(key.printable)'",
        hint: close.map { "did you mean '\($0)'?" } ?? "'image-factory settings' lists the keys",
        at: set.keyLocation(of: value))
    }
  }

  /// What an image asks for and what is wrong with that; no config when an error is among it or in ``findings``.
  package func config(for image: String) -> (config: ImageConfig?, findings: [Finding]) {
    let (draft, found) = draft(for: image)
    let isBroken = (found + findings).contains { $0.severity == .error }
    return (isBroken ? nil : draft?.config, found.sortedByPlace)
  }

  /// The findings of the files and of these images, each once, sorted by file and line.
  package func allFindings(of images: [String]) -> [Finding] {
    (findings + images.flatMap { config(for: $0).findings }).sortedByPlace
  }

  /// An image in a few words, for `list`; nil when there is no such image. Broken values are left out.
  package func summary(of image: String) -> ImageSummary? {
    guard let draft = draft(for: image).draft else { return nil }
    return ImageSummary(
      name: image, description: draft.config.description, distribution: draft.config.distribution,
      release: draft.config.release, formats: draft.config.disk.formats)
  }

  func draft(for image: String) -> (draft: ImageDraft?, findings: [Finding]) {
    guard roles.roles[image] == .image else { return (nil, [noSuchImage(image)]) }
    if tree != nil, set.sections[LoadedConfig.treeSection] == nil {
      return (
        ImageDraft(name: image),
        [
          .config(
            "the tree does not say how '\(image.printable)' is installed",
            hint: "add a section [\(LoadedConfig.treeSection)], for example with 'inherits = debian-13'")
        ]
      )
    }
    var reader = ImageReader(image, view: view(of: image), set: set, request: request)
    let (draft, found) = reader.read()
    return (draft, found)
  }

  /// What an image sees, the command line's values first.
  func view(of image: String) -> SectionView {
    set.view(of: tree?.name == image ? LoadedConfig.treeSection : image, overrides: overrides)
  }

  func noSuchImage(_ name: String) -> Finding {
    let known = images.isEmpty ? "no config names an image" : "'image-factory list' shows the images"
    switch roles.roles[name] {
    case .template:
      return .config("[\(name.printable)] is there to inherit from, not an image", hint: known)
    case .none:
      let close = Spelling.closest(to: name, among: images)
      return .config(
        "there is no image '\(name.printable)'", hint: close.map { "did you mean '\($0.printable)'?" } ?? known)
    default:
      return .config(
        "[\(name.printable)] is not an image", hint: "an image says 'inherits = debian' or names 'kernel' and 'initrd'",
        at: set.sections[name].map { set.location(of: $0) })
    }
  }
}

/// An image in a few words.
package struct ImageSummary: Sendable, Equatable {
  package let name: String
  package let description: String
  package let distribution: String
  package let release: String
  package let formats: [String]
}

extension [Finding] {
  /// Each finding once, by file, line and column.
  package var sortedByPlace: [Finding] {
    var seen = Set<Finding>()
    return filter { seen.insert($0).inserted }.sorted { left, right in
      let (one, two) = (left.location, right.location)
      if one?.file != two?.file { return (one?.file ?? "") < (two?.file ?? "") }
      if one?.line != two?.line { return (one?.line ?? 0) < (two?.line ?? 0) }
      if one?.column != two?.column { return (one?.column ?? 0) < (two?.column ?? 0) }
      return left.message < right.message
    }
  }
}
