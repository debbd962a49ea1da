import CLinux
import Glibc
package import Model

/// Hashes of passwords by libcrypt, the library that logs people in.
package enum PasswordHash {
  /// The longest password in bytes. (crypt(3): CRYPT_MAX_PASSPHRASE_SIZE is 512 with the NUL)
  package static let longestPassword = 511

  /// Hashes `password` with a random salt; takes some hundredths of a second.
  ///
  /// `purpose` follows "cannot ". Throws a ``Model/FactoryError`` (config invalid) for a password that cannot be typed at a login
  /// (empty, too long, with control characters) and (host not ready) when libcrypt does not know the method.
  package static func make(_ password: Secret, method: PasswordHashing, purpose: String) throws(FactoryError) -> Secret
  {
    if let problem = problem(of: password.reveal()) {
      throw FactoryError(.configInvalid, "cannot \(purpose): the password \(problem)")
    }
    // CRYPT_OUTPUT_SIZE of crypt.h.
    let size = 384
    var hash = [CChar](repeating: 0, count: size)
    guard image_factory_hash_password(password.reveal(), prefix(method), &hash, Int32(size)) == 0 else {
      let reason = String(cString: strerror(errno))
      throw FactoryError(
        .hostNotReady, "cannot \(purpose): libcrypt cannot make a hash of the kind '\(method.rawValue)' (\(reason))",
        hint: method == .sha512 ? nil : "set 'password-hashing = sha512'")
    }
    let bytes = hash.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return Secret(String(decoding: bytes, as: UTF8.self))
  }

  /// Whether `hash` was made of `password`.
  package static func matches(_ password: Secret, _ hash: Secret) -> Bool {
    image_factory_password_matches(password.reveal(), hash.reveal()) == 1
  }

  /// The first line of what a file holds or a command printed.
  ///
  /// nil when it is no text (UTF-8): a repaired one would be another password.
  package static func firstLine(_ bytes: some Collection<UInt8>) -> Secret? {
    let line = bytes.prefix { $0 != 0x0A }
    guard let text = String(validating: Array(line), as: UTF8.self), !text.unicodeScalars.contains("\u{FFFD}") else {
      return nil
    }
    return Secret(text)
  }

  private static func prefix(_ method: PasswordHashing) -> String {
    switch method {
    case .yescrypt: "$y$"
    case .sha512: "$6$"
    }
  }

  private static func problem(of password: String) -> String? {
    if password.isEmpty { return "is empty" }
    if password.utf8.count > longestPassword { return "is longer than \(longestPassword) bytes" }
    if password.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
      return "contains a control character, such as the carriage return of a Windows line end"
    }
    return nil
  }
}
