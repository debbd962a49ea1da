import Foundation
import HostSystem
import MiniatureGuest
import Model
import SystemPackage

/// Puts files into the root of an initrd, without a tool and without a copy of them anywhere else.
enum InitrdInjection {
  /// Appends the files as an archive of their own; throws ``FactoryError``.
  ///
  /// The kernel unpacks one archive after the other, compressed or not, when each begins at a multiple of four bytes (Linux,
  /// Documentation/driver-api/early-userspace/buffer-format.rst). The initrd is for its owner only from then on: answers hold hashes.
  static func append(_ files: [FilePath], to initrd: FilePath) throws {
    var entries: [CpioEntry] = []
    for file in files {
      var status = stat()
      guard stat(file.string, &status) == 0 else {
        throw FactoryError(.unexpected, "cannot find '\(file)', which the installer needs")
      }
      let name = file.lastComponent?.string ?? ""
      entries.append(CpioEntry(name, .file(try AtomicFile.read(file)), permissions: UInt32(status.st_mode) & 0o777))
    }
    let archive: [UInt8]
    do {
      archive = try CpioWriter.archive(entries)
    } catch {
      throw FactoryError(.unexpected, "cannot put the answers into the installer's initrd: \(error)")
    }
    let output = try FileHandle(forUpdating: URL(filePath: initrd.string))
    defer { try? output.close() }
    chmod(initrd.string, 0o600)
    let end = try output.seekToEnd()
    let padding = [UInt8](repeating: 0, count: Int((4 - end % 4) % 4))
    try output.write(contentsOf: Data(padding + archive))
  }
}
