import Model
import SystemPackage

/// What the user's own config says about trees.
struct TreeSettings: Sendable {
  var attributes = TreeAttributes()
  /// nil: not set, eos-image-builder's list is used.
  var mergedOptions: [String]?
}

extension TreeLoader {
  /// The attributes: command line, settings of the same names, then eos-image-builder's defaults.
  func attributes(_ findings: inout [Finding]) -> TreeAttributes {
    func first(_ given: String, _ setting: String, _ standard: String) -> String {
      given.isEmpty ? (setting.isEmpty ? standard : setting) : given
    }
    var all = TreeAttributes()
    let (given, own) = (tree.attributes, settings.attributes)
    all.product = first(given.product, own.product, "eoscustom")
    all.branch = first(given.branch, own.branch, "master")
    all.arch = first(given.arch, own.arch, TreeLoader.architecture(of: request.host.machine))
    all.platform = first(given.platform, own.platform, all.arch)
    all.personality = first(given.personality, own.personality, "base")
    for (name, value) in [
      ("product", all.product), ("branch", all.branch), ("platform", all.platform), ("personality", all.personality),
    ] where !NameRule.isWord(value, and: "._+@-") || value.hasPrefix(".") {
      findings.append(
        .config("'\(value.printable)' cannot be the \(name) of an image", hint: "use letters, digits and . _ + @ -"))
    }
    if !TreeLoader.architectures.contains(all.arch) {
      findings.append(
        .config(
          "'\(all.arch.printable)' cannot be the arch of an image", hint: "use \(TreeLoader.architectures.asChoices)"))
    }
    return all
  }

  private static let architectures = ["i386", "amd64", "arm64"]

  private static func architecture(of machine: String) -> String {
    switch machine {
    case "x86_64": "amd64"
    case "aarch64": "arm64"
    case "i386", "i486", "i586", "i686": "i386"
    default: machine
    }
  }

  /// The section `build`, whose values eos-image-builder sets itself, in its order.
  func addBuildSection(
    to set: inout ConfigSet, checkout: FilePath, localFolder: FilePath?, hostFolder: FilePath, _ all: TreeAttributes
  ) {
    var values = [
      ("product", all.product), ("branch", all.branch), ("personality", all.personality), ("dry_run", "false"),
      ("use_production_ostree", "false"), ("series", TreeLoader.series(of: all.branch)), ("arch", all.arch),
      ("platform", all.platform),
    ]
    if let localFolder {
      values += [("localdir", TreeLoader.escaped(localFolder.string)), ("localdatadir", "${localdir}/data")]
    }
    values += [
      ("srcdir", TreeLoader.escaped(checkout.string)), ("cachedir", "/var/cache/eos-image-builder"),
      ("sysconfdir", TreeLoader.escaped(hostFolder.string)), ("build_version", tree.buildVersion),
    ]
    for (key, value) in values {
      set.set(key, in: "build", to: value, as: ConfigLayer(name: "--tree", kind: .commandLine))
    }
  }

  /// `eos3.9` is of the series `eos3`, `master` of `master`.
  private static func series(of branch: String) -> String {
    guard let dot = branch.lastIndex(of: ".") else { return branch }
    return String(branch[..<dot])
  }

  private static func escaped(_ text: String) -> String {
    text.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "$$")
  }
}
