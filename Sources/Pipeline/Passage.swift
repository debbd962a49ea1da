import Foundation
import SystemPackage

/// Whether other users may pass through the folders above a file, as QEMU's own user must in system mode.
enum Passage {
  /// The first folder from the file upwards that lets no other user pass; nil when all do.
  static func blocked(to folder: FilePath) -> FilePath? {
    var path = folder
    while !path.components.isEmpty {
      var status = stat()
      if stat(path.string, &status) == 0, status.st_mode & 0o001 == 0 { return path }
      path.removeLastComponent()
    }
    return nil
  }
}
