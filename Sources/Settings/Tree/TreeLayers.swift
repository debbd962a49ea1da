import Model
import SystemPackage

/// The files of a tree in the order they are read, as eos-image-builder names them.
struct TreeLayers {
  /// One file that may be there.
  struct Place: Equatable {
    var path: FilePath
    /// What its bare `OPT_add` keys are suffixed with.
    var namespace: String
    var isPrivate = false
  }

  /// Values of the five attributes in their fixed order; a personality stands for its prefixes too (`en`, `en_GB`).
  let attributes: [(name: String, values: [String])]
  let checkout: FilePath
  let localFolder: FilePath?
  /// `/etc/eos-image-builder`
  let hostFolder: FilePath

  init(_ attributes: TreeAttributes, checkout: FilePath, localFolder: FilePath?, hostFolder: FilePath) {
    self.attributes = [
      ("product", [attributes.product]), ("branch", [attributes.branch]), ("arch", [attributes.arch]),
      ("platform", [attributes.platform]), ("personality", TreeLayers.prefixes(attributes.personality)),
    ]
    self.checkout = checkout
    self.localFolder = localFolder
    self.hostFolder = hostFolder
  }

  var places: [Place] {
    var places = layers(in: checkout.appending("config"), prefix: "")
    places.append(Place(path: hostFolder.appending("config.ini"), namespace: "system_config"))
    if let localFolder { places += layers(in: localFolder.appending("config"), prefix: "local_") }
    places.append(Place(path: checkout.appending("config/local.ini"), namespace: "local"))
    places.append(Place(path: hostFolder.appending("private.ini"), namespace: "system_private", isPrivate: true))
    if let localFolder {
      places.append(
        Place(path: localFolder.appending("config/private.ini"), namespace: "local_private", isPrivate: true))
    }
    places.append(Place(path: checkout.appending("config/private.ini"), namespace: "private", isPrivate: true))
    return places
  }

  /// The schema of the tree, then that of the local folder.
  var schemas: [FilePath] {
    [checkout, localFolder].compactMap { $0?.appending("config/schema.ini") }
  }

  /// Defaults, the five singles, the ten pairs: names in the fixed order of the attributes.
  private func layers(in folder: FilePath, prefix: String) -> [Place] {
    var places = [Place(path: folder.appending("defaults.ini"), namespace: prefix + "defaults")]
    for (name, values) in attributes {
      for value in values {
        places.append(
          Place(path: folder.appending(name).appending("\(value).ini"), namespace: "\(prefix)\(name)_\(value)"))
      }
    }
    for (index, first) in attributes.enumerated() {
      for second in attributes[(index + 1)...] {
        for one in first.values {
          for two in second.values {
            places.append(
              Place(
                path: folder.appending("\(first.name)-\(second.name)").appending("\(one)-\(two).ini"),
                namespace: "\(prefix)\(first.name)_\(second.name)_\(one)_\(two)"))
          }
        }
      }
    }
    return places
  }

  /// `en_GB_orkney`: `en`, `en_GB`, `en_GB_orkney`.
  static func prefixes(_ value: String) -> [String] {
    let parts = value.split(separator: "_", omittingEmptySubsequences: false)
    return (1...parts.count).map { parts.prefix($0).joined(separator: "_") }
  }
}
