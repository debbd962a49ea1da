import Foundation
import SystemPackage

/// Questions about files of the host.
enum ReadableFile {
  static func isReadable(_ path: FilePath) -> Bool {
    var status = stat()
    guard stat(path.string, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    return access(path.string, R_OK) == 0
  }
}
