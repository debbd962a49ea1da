import Glibc
import Model
import Synchronization
package import SystemPackage

/// A folder for one purpose, for the owner only (0700), removed with all it holds by ``close()``.
package final class ScratchFolder: Sendable {
  /// Where the folder is.
  package let path: FilePath
  private let isOpen = Mutex(true)

  /// Makes a new folder `PREFIX-XXXXXX` below `base`, which is made when missing. Throws ``Model/FactoryError``.
  package init(under base: FilePath, prefix: String = "scratch") throws {
    try Folder.create(base)
    var template = Array(base.appending("\(prefix)-XXXXXX").string.utf8CString)
    guard mkdtemp(&template) != nil else {
      throw SystemFailure.error("make a scratch folder in '\(base.string.printable)'")
    }
    path = FilePath(String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }

  deinit { try? close() }

  /// Removes the folder; again is fine. Throws ``Model/FactoryError`` with the command to type.
  package func close() throws {
    let wasOpen = isOpen.withLock { state in
      defer { state = false }
      return state
    }
    if wasOpen { try Folder.remove(path) }
  }
}
