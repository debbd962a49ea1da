import CLibvirt
import Model

/// What libvirt refused, in its own words.
///
/// Code and domain are the numbers of libvirt's `virterror.h`; the message may hold QEMU's own words and is already printable.
package struct LibvirtError: Error, Sendable, Hashable {
  /// Number of `virErrorNumber`: what went wrong.
  package let code: Int
  /// Number of `virErrorDomain`: which part of libvirt says so.
  package let domain: Int
  package let message: String

  package init(code: Int, domain: Int, message: String) {
    self.code = code
    self.domain = domain
    self.message = message.printable
  }

  /// The domain, pool or volume does not exist (any more).
  package var isMissing: Bool {
    [Code.noDomain, Code.noStoragePool].contains(code)
  }

  /// The driver of this connection cannot do that at all.
  package var isUnsupported: Bool { code == Code.noSupport }

  /// The object is not in the state that the call needs: not running, already running, transient.
  package var isWrongState: Bool { code == Code.operationInvalid }

  /// What the user can do about it; nil where libvirt's words say it all.
  package var hint: String? {
    let text = message.lowercased()
    if text.contains("authentication") || text.contains("polkit") || code == Code.authFailed {
      return "add this user to the group 'libvirt', or use the connection 'qemu:///session'"
    }
    if text.contains("failed to connect socket") || code == Code.noConnect {
      if text.contains("virtlogd") {
        return "start virtlogd: a serial port that goes to a file needs it in the system mode of libvirt"
      }
      if text.contains("permission denied") {
        return "add this user to the group 'libvirt', or use the connection 'qemu:///session'"
      }
      return "start the libvirt daemon, or install the package 'libvirt-daemon-system'"
    }
    if text.contains("permission denied") {
      return "QEMU runs as another user: every folder above the file must be searchable for it"
    }
    if text.contains("no space left") { return "free some space on the disk of the image" }
    return nil
  }

  /// The numbers of `virErrorNumber` that this room looks at.
  enum Code {
    static let internalError = Int(VIR_ERR_INTERNAL_ERROR.rawValue)
    static let noSupport = Int(VIR_ERR_NO_SUPPORT.rawValue)
    static let noConnect = Int(VIR_ERR_NO_CONNECT.rawValue)
    static let invalidArgument = Int(VIR_ERR_INVALID_ARG.rawValue)
    static let noDomain = Int(VIR_ERR_NO_DOMAIN.rawValue)
    static let authFailed = Int(VIR_ERR_AUTH_FAILED.rawValue)
    static let noStoragePool = Int(VIR_ERR_NO_STORAGE_POOL.rawValue)
    static let operationInvalid = Int(VIR_ERR_OPERATION_INVALID.rawValue)
    static let operationTimeout = Int(VIR_ERR_OPERATION_TIMEOUT.rawValue)
  }

  /// The last error of this thread; libvirt keeps one per thread, so there is no suspension between the call and this.
  static func last() -> LibvirtError {
    guard let error = virGetLastError() else {
      return LibvirtError(code: Code.internalError, domain: 0, message: "libvirt gave no reason")
    }
    let text = error.pointee.message.map { String(cString: $0) } ?? "libvirt gave no reason"
    return LibvirtError(code: Int(error.pointee.code), domain: Int(error.pointee.domain), message: text)
  }

  /// For calls that answer a negative number on failure; gives the number.
  @discardableResult
  static func check(_ result: CInt) throws(LibvirtError) -> CInt {
    guard result >= 0 else { throw last() }
    return result
  }

  /// For calls that answer a null pointer on failure; gives the pointer.
  static func check<Pointer>(_ result: Pointer?) throws(LibvirtError) -> Pointer {
    guard let result else { throw last() }
    return result
  }
}

extension LibvirtError: CustomStringConvertible {
  package var description: String { message }
}
