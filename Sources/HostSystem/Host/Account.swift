import Glibc

/// The account this process runs as, as the system's user database has it.
struct Account: Sendable {
  let name: String
  let home: String

  /// Nil when the user id has no entry (a container started with a bare number).
  static let current: Account? = {
    var entry = passwd()
    var result: UnsafeMutablePointer<passwd>?
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16 << 10) { buffer in
      guard let start = buffer.baseAddress,
        getpwuid_r(geteuid(), &entry, start, buffer.count, &result) == 0, result != nil,
        let name = entry.pw_name, let home = entry.pw_dir
      else { return nil }
      return Account(name: String(cString: name), home: String(cString: home))
    }
  }()
}
