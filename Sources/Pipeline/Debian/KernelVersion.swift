import HostSystem
import Model
import SystemPackage

/// The version in a Linux kernel image for PCs, as `uname -r` prints it.
enum KernelVersion {
  /// Reads the boot protocol's header (Linux, Documentation/arch/x86/boot.rst: `HdrS` at 0x202, `kernel_version` at 0x20E points to a
  /// text at its value + 0x200); throws ``FactoryError`` when the file is no kernel.
  static func read(_ path: FilePath) throws -> String {
    let bytes = try AtomicFile.read(path, limit: 256 << 20)
    guard bytes.count > 0x400, bytes[0x202..<0x206].elementsEqual("HdrS".utf8) else {
      throw FactoryError(.fetchFailed, "'\(path)' is no Linux kernel")
    }
    let start = Int(bytes[0x20E]) + Int(bytes[0x20F]) << 8 + 0x200
    let text = bytes[min(start, bytes.count)...].prefix(128).prefix { $0 != 0 && $0 != UInt8(ascii: " ") }
    guard start > 0x200, !text.isEmpty else { throw FactoryError(.fetchFailed, "'\(path)' does not say its version") }
    return String(decoding: text, as: UTF8.self).printable
  }
}
