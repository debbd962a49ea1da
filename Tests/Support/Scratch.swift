import Foundation
import Model
package import SystemPackage

/// A folder that is gone when the value is.
package final class Scratch: Sendable {
  package let path: FilePath

  /// Makes a folder below `/tmp`, which others may pass through; throws when it cannot be made.
  ///
  /// Its name is short: QEMU's monitor is a socket deep in such a folder, and the path of a socket has 107 bytes.
  package init(_ prefix: String) throws {
    path = FilePath("/tmp/\(prefix)-\(UUID().uuidString.prefix(8).lowercased())")
    try FileManager.default.createDirectory(
      atPath: path.string, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
  }

  deinit { remove() }

  /// Removes it now; for values that live as long as the process.
  package func remove() { try? FileManager.default.removeItem(atPath: path.string) }

  /// Makes a folder in it; `owner` is a user's and group's number.
  @discardableResult
  package func makeFolder(_ name: String, owner: UInt32? = nil, mode: Int = 0o755) throws -> FilePath {
    let folder = path.appending(name)
    var attributes: [FileAttributeKey: Any] = [.posixPermissions: mode]
    if let owner {
      attributes[.ownerAccountID] = Int(owner)
      attributes[.groupOwnerAccountID] = Int(owner)
    }
    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    try FileManager.default.setAttributes(attributes, ofItemAtPath: folder.string)
    return folder
  }

  /// Writes a file in it.
  @discardableResult
  package func write(_ text: String, to name: String, mode: Int = 0o644) throws -> FilePath {
    let file = path.appending(name)
    try text.write(toFile: file.string, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.string)
    return file
  }
}
