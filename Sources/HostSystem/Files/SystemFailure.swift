import Glibc
import Model
import SystemPackage

/// Turns the error number of a failed call into the error that people see.
enum SystemFailure {
  /// "cannot DOING: REASON", with the present `errno` unless another is given; read it right after the call.
  static func error(
    _ doing: String, code: Int32 = errno, status: ExitStatus = .hostNotReady, hint: String? = nil
  ) -> FactoryError {
    FactoryError(status, "cannot \(doing): \(reason(code))", hint: hint ?? usualHint(code))
  }

  /// The system's own words for an error number, starting in lower case.
  static func reason(_ code: Int32) -> String {
    let text = Errno(rawValue: code).description
    return text.prefix(1).lowercased() + text.dropFirst()
  }

  private static func usualHint(_ code: Int32) -> String? {
    switch code {
    case ENOSPC, EDQUOT: "free some space there, or name another folder"
    case EACCES, EPERM: "check owner and mode of the file and of the folders above it"
    case EROFS: "the file system is mounted read-only; name another folder"
    default: nil
    }
  }
}
