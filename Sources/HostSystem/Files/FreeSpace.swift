import Glibc
package import Model
package import SystemPackage

/// How much fits on a file system.
package enum FreeSpace {
  /// What this user may still write below `path`; of the nearest folder that exists when `path` does not. Throws
  /// ``Model/FactoryError``.
  package static func at(_ path: FilePath) throws -> ByteSize {
    var information = statvfs()
    var folder = path
    while statvfs(folder.isEmpty ? "." : folder.string, &information) != 0 {
      let code = errno
      guard code == ENOENT, !folder.isEmpty, folder != "/" else {
        throw SystemFailure.error("find the free space at '\(path.string.printable)'", code: code)
      }
      folder.removeLastComponent()
    }
    // statvfs(3): f_bavail counts units of f_frsize.
    return ByteSize(bytes: Int64(clamping: UInt64(information.f_bavail) * UInt64(information.f_frsize)))
  }
}
