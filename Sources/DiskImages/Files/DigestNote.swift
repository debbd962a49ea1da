import Foundation
import Glibc
package import SystemPackage

/// The digests of a file that were made while it was written or checked, with what tells whether it is still that file.
package struct DigestNote: Sendable, Hashable, Codable {
  private var digests: [String: String]
  private var device: UInt64
  private var inode: UInt64
  private var size: Int64
  /// Of the contents, in nanoseconds since 1970.
  private var modified: Int64

  init(_ digests: [FileDigest.Algorithm: String], _ status: stat) {
    self.digests = Dictionary(uniqueKeysWithValues: digests.map { ($0.key.rawValue, $0.value) })
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
  }

  /// Reads and hashes a file; throws as `FileDigest.compute`. Blocks.
  init(of path: FilePath, _ algorithms: Set<FileDigest.Algorithm>) throws {
    var status = stat()
    guard lstat(path.string, &status) == 0 else {
      throw HostFile.failure("cannot look at", path, Errno(rawValue: errno))
    }
    self.init(try FileDigest.compute(path, algorithms: algorithms), status)
    guard describes(path) else { throw FileDigest.changed(path) }
  }

  /// Whether a path names the very file, unchanged since.
  func describes(_ path: FilePath) -> Bool {
    var status = stat()
    guard lstat(path.string, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    var other = DigestNote([:], status)
    other.digests = digests
    return other == self
  }

  private static func place(_ file: FilePath) -> FilePath { FilePath(file.string + ".digests") }

  /// Leaves the note beside the file, for ``take(for:_:)``; throws when it cannot be written.
  package func leave(beside file: FilePath) throws {
    let bytes = [UInt8](try JSONEncoder().encode(self))
    let note = try HostFile(creating: DigestNote.place(file), permissions: .ownerReadWrite)
    try bytes.withUnsafeBytes { try note.write($0, at: 0) }
    try note.close()
  }

  /// The digests in the note beside a file, and takes it away; nil without one, when it lacks one of the algorithms, or when the file is
  /// not the same any more.
  package static func take(
    for file: FilePath, _ algorithms: Set<FileDigest.Algorithm>
  ) -> [FileDigest.Algorithm: String]? {
    let place = place(file)
    defer { unlink(place.string) }
    guard let note = try? HostFile(place), let size = try? note.size(), size < 4096,
      let bytes = try? note.bytes(at: 0, count: Int(size)),
      let found = try? JSONDecoder().decode(DigestNote.self, from: Data(bytes)), found.describes(file)
    else { return nil }
    var result: [FileDigest.Algorithm: String] = [:]
    for algorithm in algorithms {
      guard let digest = found.digests[algorithm.rawValue] else { return nil }
      result[algorithm] = digest
    }
    return result
  }
}
