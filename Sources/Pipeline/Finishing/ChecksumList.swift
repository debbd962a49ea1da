import DiskImages
import Foundation
import HostSystem
import Model
import SystemPackage

/// `SHA256SUMS` and `SHA512SUMS`: the digests of all finished files of a folder, one list for builds that run at the same time.
enum ChecksumList {
  /// Adds or replaces the lines of some files; every other line stays. Throws ``FactoryError`` and `DiskImageError`. Blocks.
  static func add(_ entries: [ChecksumFile.Entry], to list: FilePath) throws {
    try withLock(on: list.removingLastComponent()) {
      var file = ChecksumFile()
      if FileManager.default.fileExists(atPath: list.string) {
        let text = String(decoding: try AtomicFile.read(list), as: UTF8.self)
        file = try ChecksumFile(parsing: text)
      }
      let names = Set(entries.map(\.name))
      file.entries.removeAll { names.contains($0.name) }
      file.entries += entries
      try AtomicFile.write(file.text, to: list, mode: 0o644)
    }
  }

  /// The folder itself is locked, so that no lock file is left in it; where that cannot be done (NFS) two builds that end in the same
  /// millisecond may lose a line.
  private static func withLock(on folder: FilePath, _ work: () throws -> Void) throws {
    let descriptor = open(folder.string, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw FactoryError(.processingFailed, "cannot open '\(folder)': \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    try work()
  }
}
