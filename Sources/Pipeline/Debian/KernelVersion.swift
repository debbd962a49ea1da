import HostSystem
import Installers
import Model
import SystemPackage

/// The version in a Linux kernel image for PCs, as `uname -r` prints it.
enum KernelVersion {
  /// Reads the file's header; throws ``FactoryError`` when the file is no kernel.
  static func read(_ path: FilePath) throws -> String {
    guard let version = KernelImage.release(try AtomicFile.read(path, limit: 256 << 20)) else {
      throw FactoryError(.fetchFailed, "'\(path)' is no Linux kernel, or does not say its version")
    }
    return version
  }
}
