import Model
import SystemPackage

/// Which files are read, in their order.
struct ConfigLocations {
  let request: LoaderRequest

  /// A file to read and whether it may be missing.
  struct Place: Equatable {
    var path: FilePath
    var kind: ConfigLayer.Kind
    var mayBeMissing: Bool
    /// What named it, for the message when it cannot be read.
    var reason: String?
  }

  /// The folder with the shipped configs; nil when there is none or it is not wanted.
  func shippedFolder() -> Result<FilePath?, ConfigProblem> {
    let host = request.host
    if let folder = request.configsFolder { return named(folder, by: "--configs") }
    guard request.shipped else { return .success(nil) }
    if let folder = host.environment["IMAGE_FACTORY_CONFIGS"], !folder.isEmpty {
      return named(FilePath(folder), by: "IMAGE_FACTORY_CONFIGS")
    }
    return .success(candidates.first { FileContent.exists($0.appending("defaults.conf")) })
  }

  /// From the program's folder upwards: a source tree's `configs/`, an install prefix's `share/image-factory/configs/`.
  private var candidates: [FilePath] {
    guard var folder = request.host.executable?.removingLastComponent() else { return [] }
    var result: [FilePath] = []
    while true {
      result.append(folder.appending("configs"))
      result.append(folder.appending("share/image-factory/configs"))
      let parent = folder.removingLastComponent()
      if parent == folder || parent.isEmpty { return result }
      folder = parent
    }
  }

  private func named(_ folder: FilePath, by reason: String) -> Result<FilePath?, ConfigProblem> {
    let path = absolute(folder)
    guard case .success = FileContent.names(in: path, suffix: ".conf") else {
      return .failure(
        ConfigProblem(
          "'\(path.string.printable)', named by \(reason), is no folder that can be read", hint: "name a folder"))
    }
    return .success(path)
  }

  /// The files of a folder of configs: defaults, then distributions, then images, each by name.
  func shippedFiles(in folder: FilePath) -> [Place] {
    var places = [Place(path: folder.appending("defaults.conf"), kind: .shipped, mayBeMissing: true)]
    for part in ["distros", "images"] {
      guard case .success(let names) = FileContent.names(in: folder.appending(part), suffix: ".conf") else { continue }
      places += names.map {
        Place(path: folder.appending(part).appending($0), kind: .shipped, mayBeMissing: false)
      }
    }
    return places
  }

  /// The host's and the user's files, or what is named instead of them.
  func userFiles() -> [Place] {
    let host = request.host
    if !request.configFiles.isEmpty {
      return request.configFiles.map {
        Place(path: absolute($0), kind: .user, mayBeMissing: false, reason: "named by --config")
      }
    }
    if let file = host.environment["IMAGE_FACTORY_CONFIG"] {
      return [
        Place(
          path: absolute(FilePath(file)), kind: .user, mayBeMissing: false, reason: "named by IMAGE_FACTORY_CONFIG")
      ]
    }
    var places = [Place(path: host.etc.appending("image-factory.conf"), kind: .user, mayBeMissing: true)]
    let folder = host.etc.appending("image-factory.d")
    if case .success(let names) = FileContent.names(in: folder, suffix: ".conf") {
      places += names.map { Place(path: folder.appending($0), kind: .user, mayBeMissing: false) }
    }
    if let home = host.home {
      places.append(Place(path: home.appending(".config/image-factory.conf"), kind: .user, mayBeMissing: true))
    }
    return places
  }

  func absolute(_ path: FilePath) -> FilePath {
    (path.isAbsolute ? path : request.host.workingFolder.pushing(path)).lexicallyNormalized()
  }
}
