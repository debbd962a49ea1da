import Model
import SystemPackage

/// Loads a tree of layers: the full set for the build, the public one for everything that is shown.
struct TreeLoader {
  let tree: TreeRequest
  let request: LoaderRequest
  /// The attributes and `merged-options` of the user's own config, where the command line says nothing.
  let settings: TreeSettings

  /// What was loaded.
  struct Result {
    var full = ConfigSet()
    var shown = ConfigSet()
    var files: [FilePath] = []
    var findings: [Finding] = []
    var attributes = TreeAttributes()
    /// Where each attribute is part of the image's name.
    var name = ""
  }

  func load() -> Result {
    var result = Result()
    result.attributes = attributes(&result.findings)
    let all = result.attributes
    result.name = [all.product, all.branch, all.arch, all.platform, all.personality].joined(separator: "-")
    let locations = ConfigLocations(request: request)
    let checkout = locations.absolute(tree.checkout)
    let localFolder = tree.localFolder.map(locations.absolute)
    let hostFolder = request.host.etc.appending("eos-image-builder")
    if !FileContent.exists(checkout.appending("config")) {
      result.findings.append(
        .config("'\(checkout.string.printable)', named by --tree, has no folder 'config'", hint: "name the checkout"))
    }
    let layers = TreeLayers(all, checkout: checkout, localFolder: localFolder, hostFolder: hostFolder)
    let parsed = read(layers.places, &result)
    let merged = mergedOptions(parsed)
    addBuildSection(to: &result.full, checkout: checkout, localFolder: localFolder, hostFolder: hostFolder, all)
    for (file, place) in parsed {
      result.full.add(
        merged.suffixed(file.withDefaultsCopied, namespace: place.namespace),
        as: ConfigLayer(
          name: place.path.string, kind: .shipped, folder: place.path.removingLastComponent(),
          isPrivate: place.isPrivate))
      // Private files come last: what is there before the first of them may be shown.
      if !place.isPrivate { result.shown = result.full }
    }
    if !parsed.contains(where: { !$0.1.isPrivate }) {
      addBuildSection(to: &result.shown, checkout: checkout, localFolder: localFolder, hostFolder: hostFolder, all)
    }
    layOver(merged, &result)
    result.findings += merged.merge(&result.shown)
    result.findings += merged.merge(&result.full)
    result.findings += TreeSchema(set: result.full, workingFolder: request.host.workingFolder).check(layers.schemas)
    return result
  }

  /// The command line wins over the tree as over every file; sections that are none of the tree's are set already.
  private func layOver(_ merged: MergedOptions, _ result: inout Result) {
    for override in request.overrides {
      guard let section = override.section, result.full.sections[section] != nil else { continue }
      let layer = ConfigLayer(name: override.origin, kind: .commandLine)
      let key = merged.suffixed(override.key, in: section, namespace: "command_line")
      result.full.set(key, in: section, to: override.value, as: layer)
      result.shown.set(key, in: section, to: override.value, as: layer)
    }
  }

  private func read(_ places: [TreeLayers.Place], _ result: inout Result) -> [(INIFile, TreeLayers.Place)] {
    var parsed: [(INIFile, TreeLayers.Place)] = []
    var names = Set<String>()
    for place in places {
      let path = place.path.string
      if !names.insert(place.namespace).inserted {
        result.findings.append(.config("two files of the tree are both called '\(place.namespace.printable)'"))
      }
      switch FileContent.read(place.path, isPrivate: place.isPrivate) {
      case .success(let bytes):
        let file = INIFile(name: path, bytes: bytes)
        result.files.append(place.path)
        result.findings += file.problems
        parsed.append((file, place))
      case .failure(.missing): break
      case .failure(let problem):
        let hint = problem == .readableByOthers ? "chmod 600 '\(path.printable)'" : "name a file that can be read"
        result.findings.append(
          .config("cannot read '\(path.printable)': \(problem.message)", hint: hint, at: SourceLocation(file: path)))
      }
    }
    return parsed
  }

  /// The list of merged options: eos-image-builder's or the user's, changed by `merged_options` in `[build]` of the public files.
  private func mergedOptions(_ parsed: [(INIFile, TreeLayers.Place)]) -> MergedOptions {
    var words = settings.mergedOptions ?? MergedOptions.original
    var count: [String: Int] = [:]
    var order: [String] = []
    for (file, place) in parsed where !place.isPrivate {
      for entry in file.sections.first(where: { $0.name == "build" })?.entries ?? [] {
        let items = entry.value.split(whereSeparator: \.isWhitespace).map(String.init)
        if entry.key == "merged_options" {
          words = items
        } else if entry.key.hasPrefix("merged_options_add") || entry.key.hasPrefix("merged_options_del") {
          let step = entry.key.hasPrefix("merged_options_add") ? 1 : -1
          for item in items {
            if count[item] == nil { order.append(item) }
            count[item, default: 0] += step
          }
        }
      }
    }
    let known = Set(words)
    let kept = words.filter { 1 + (count[$0] ?? 0) > 0 }
    return MergedOptions(words: kept + order.filter { !known.contains($0) && (count[$0] ?? 0) > 0 })
  }
}

extension INIFile {
  /// Each section with the file's own DEFAULT keys added: eos-image-builder copies a file section by section as its sections see it.
  var withDefaultsCopied: INIFile {
    guard let defaults = sections.first(where: { $0.name == INIFile.defaultSection }), !defaults.entries.isEmpty else {
      return self
    }
    var file = self
    for index in file.sections.indices where file.sections[index].name != INIFile.defaultSection {
      let own = Set(file.sections[index].entries.map(\.key))
      file.sections[index].entries += defaults.entries.filter { !own.contains($0.key) }
    }
    return file
  }
}
