import CLibvirt
import Glibc

/// A picture of a guest's display.
package struct Screenshot: Sendable, Hashable {
  /// `image/png` with libvirt 9 and QEMU 7.1 or later, `image/x-portable-pixmap` before.
  package var mimeType: String
  package var bytes: [UInt8]

  /// No display has a picture larger than this; a hypervisor that sends more is not believed.
  static let limit = 64 << 20
}

extension Domain {
  /// Takes a picture of the first display; libvirt refuses for a guest that has none (`--video none`).
  package func screenshot() async throws(LibvirtError) -> Screenshot {
    try await call { domain throws(LibvirtError) in
      let stream = try LibvirtError.check(virStreamNew(virDomainGetConnect(domain), 0))
      defer { virStreamFree(stream) }
      let type = try LibvirtError.check(virDomainScreenshot(domain, stream, 0, 0))
      defer { free(type) }
      var bytes: [UInt8] = []
      var buffer = [CChar](repeating: 0, count: 64 << 10)
      while bytes.count < Screenshot.limit {
        let count = virStreamRecv(stream, &buffer, buffer.count)
        if count == 0 {
          try LibvirtError.check(virStreamFinish(stream))
          return Screenshot(mimeType: String(cString: type), bytes: bytes)
        }
        guard count > 0 else {
          let error = LibvirtError.last()
          virStreamAbort(stream)
          throw error
        }
        bytes.append(contentsOf: buffer[..<Int(count)].lazy.map(UInt8.init(bitPattern:)))
      }
      virStreamAbort(stream)
      throw LibvirtError(
        code: LibvirtError.Code.internalError, domain: 0, message: "the picture of the display has no end")
    }
  }
}
