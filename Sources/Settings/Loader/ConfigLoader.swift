import Model
import SystemPackage

/// Reads all files of a request and lays them over each other; what is wrong becomes findings, never an exception.
package enum ConfigLoader {
  /// Loads everything; nothing is built, fetched or written.
  package static func load(_ request: LoaderRequest) -> LoadedConfig {
    var reader = LayerReader()
    let locations = ConfigLocations(request: request)
    var shippedFolder: FilePath?
    switch locations.shippedFolder() {
    case .success(let folder):
      shippedFolder = folder
      if let folder { reader.read(locations.shippedFiles(in: folder)) }
    case .failure(let problem):
      reader.findings.append(problem.finding)
    }
    reader.read(locations.userFiles())
    var set = reader.set
    let overrides = layOver(request.overrides, &set)
    var parts = LoadedConfig.Parts(set: set, overrides: overrides, files: reader.files, findings: reader.findings)
    parts.shippedFolder = shippedFolder
    if let tree = request.tree { parts.add(loadTree(tree, request, set, overrides)) }
    return LoadedConfig(request: request, parts: parts)
  }

  /// The command line as layers: values for a named section go there, the others over the image that is asked for.
  private static func layOver(_ overrides: [Override], _ set: inout ConfigSet) -> ConfigSection? {
    var own: ConfigSection?
    for override in overrides {
      let layer = ConfigLayer(name: override.origin, kind: .commandLine)
      if let section = override.section {
        set.set(override.key, in: section, to: override.value, as: layer)
      } else {
        let index = set.addLayer(layer)
        var section = own ?? ConfigSection(name: "", layer: index, line: 0)
        section.set(
          override.key, ConfigValue(text: override.value, layer: index, line: 0, keyColumn: 0, column: 0))
        own = section
      }
    }
    return own
  }

  /// The tree; its attributes and list of merged options may stand in `[DEFAULT]` of the user's own files.
  private static func loadTree(
    _ tree: TreeRequest, _ request: LoaderRequest, _ set: ConfigSet, _ overrides: ConfigSection?
  ) -> TreeLoader.Result {
    let view = set.view(of: INIFile.defaultSection, overrides: overrides)
    var reader = SectionReader(interpolator: Interpolator(set: set, focus: view), request: request)
    var draft = ImageDraft(name: "")
    reader.read(ImageSettings.book, from: view, into: &draft, seesDefaults: true)
    let settings = TreeSettings(
      attributes: draft.tree, mergedOptions: draft.mergedOptions.isEmpty ? nil : draft.mergedOptions)
    return TreeLoader(tree: tree, request: request, settings: settings).load()
  }
}

/// Reads files into layers and keeps what was found on the way.
struct LayerReader {
  private(set) var set = ConfigSet()
  private(set) var files: [FilePath] = []
  var findings: [Finding] = []

  mutating func read(_ places: [ConfigLocations.Place]) {
    for place in places { read(place) }
  }

  mutating func read(_ place: ConfigLocations.Place) {
    let path = place.path.string
    switch FileContent.read(place.path) {
    case .success(let bytes):
      files.append(place.path)
      let file = INIFile(name: path, bytes: bytes)
      findings += file.problems
      set.add(file, as: ConfigLayer(name: path, kind: place.kind, folder: place.path.removingLastComponent()))
    case .failure(.missing) where place.mayBeMissing:
      break
    case .failure(let problem):
      let reason = place.reason.map { ", \($0)" } ?? ""
      findings.append(
        .config(
          "cannot read '\(path.printable)'\(reason): \(problem.message)", hint: "name a file that can be read",
          at: SourceLocation(file: path)))
    }
  }
}
