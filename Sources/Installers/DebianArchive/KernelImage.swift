/// What a Linux kernel file says about itself.
package enum KernelImage {
  /// The release of an x86 bzImage, as `uname -r` would print it; nil when the bytes are none.
  ///
  /// The first 64 KiB of the file are enough. Source: the kernel's Documentation/arch/x86/boot.rst (fields `header` at 0x202
  /// and `kernel_version` at 0x20E, an offset from 0x200).
  package static func release(_ start: [UInt8]) -> String? {
    guard start.count > 0x210, start[0x202..<0x206].elementsEqual("HdrS".utf8) else { return nil }
    let offset = (Int(start[0x20E]) | Int(start[0x20F]) << 8) + 0x200
    guard offset > 0x200, offset < start.count else { return nil }
    let word = start[offset...].prefix(128).prefix { $0 > 0x20 && $0 < 0x7F }
    return word.isEmpty ? nil : String(decoding: word, as: UTF8.self)
  }
}
