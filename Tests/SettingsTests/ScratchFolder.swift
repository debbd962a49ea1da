import Foundation
import Model
import Settings
import SystemPackage

/// A folder of its own for one test, removed with it.
final class ScratchFolder: Sendable {
  let path: FilePath

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "image-factory-settings-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = FilePath(url.resolvingSymlinksInPath().path)
  }

  deinit { try? FileManager.default.removeItem(atPath: path.string) }

  /// Writes a file, folders above it included; gives its path.
  @discardableResult
  func write(_ name: String, _ text: String, mode: Int = 0o644) throws -> FilePath {
    try write(name, bytes: Array(text.utf8), mode: mode)
  }

  @discardableResult
  func write(_ name: String, bytes: [UInt8], mode: Int = 0o644) throws -> FilePath {
    let file = path.appending(name)
    try FileManager.default.createDirectory(
      atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: file.string))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.string)
    return file
  }

  /// A host whose files, home and working folder are all in here.
  var host: LoaderSurroundings {
    LoaderSurroundings(home: path.appending("home"), workingFolder: path.appending("work"), etc: path.appending("etc"))
  }

  /// Loads one user file without shipped configs.
  func load(_ text: String, change: (inout LoaderRequest) -> Void = { _ in }) throws -> LoadedConfig {
    let file = try write("test.conf", text)
    var request = LoaderRequest(host: host)
    request.shipped = false
    request.configFiles = [file]
    change(&request)
    return ConfigLoader.load(request)
  }
}

/// The package's root, where `configs/` is.
enum Project {
  static let root: FilePath = {
    var folder = FilePath(#filePath)
    while folder.removeLastComponent() {
      if FileManager.default.fileExists(atPath: folder.appending("configs/defaults.conf").string) { return folder }
    }
    return "."
  }()

  /// Data shared between sessions; absent in a plain clone.
  static let shared: FilePath? = {
    let named = ProcessInfo.processInfo.environment["IMAGE_FACTORY_SHARED"].map { FilePath($0) }
    let folder = named ?? root.removingLastComponent().appending("shared")
    return FileManager.default.fileExists(atPath: folder.appending("validators").string) ? folder : nil
  }()
}

extension Finding {
  /// `file.conf:3: error: message (hint)`; the folder is left out.
  var line: String {
    let file = location.map { ($0.file as NSString).lastPathComponent } ?? ""
    let number = location?.line.map { ":\($0)" } ?? ""
    return "\(file)\(number): \(severity): \(message)" + (hint.map { " (\($0))" } ?? "")
  }
}
