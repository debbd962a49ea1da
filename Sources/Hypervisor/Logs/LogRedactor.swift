package import Model

/// Takes secrets out of an installer's log lines before anybody sees them.
///
/// With `DEBCONF_DEBUG=5` Debian's installer logs every value it sets and reads, password hashes included. State is kept from
/// line to line: a value asked for by one line comes with the next answer.
package struct LogRedactor: Sendable {
  private let secrets: [String]
  private let patterns: [[UInt8]]
  private var awaitsValue = false

  /// `secrets` are masked wherever they stand, beside what the log itself marks as secret; short ones (under 4 characters) are not.
  package init(secrets: [Secret] = []) {
    self.secrets = secrets.map { $0.reveal() }.filter { $0.count >= 4 }
      // The longest first: one may be part of another.
      .sorted { $0.count > $1.count }
    patterns = self.secrets.map { Array($0.utf8) }
  }

  /// The line with every secret replaced by the mask.
  package mutating func redact(_ line: String) -> String {
    // A traced installation writes hundreds of thousands of lines, of which few have anything to hide.
    if isHarmless(line) { return line }
    var result = traced(line)
    for secret in secrets where result.contains(secret) {
      result = result.replacing(secret, with: Secret.mask)
    }
    return LogRedactor.maskHashes(result)
  }

  /// Whether nothing below can apply to the line, told by its bytes; not for lines beyond ASCII, whose letters have more than one form.
  private func isHarmless(_ line: String) -> Bool {
    var line = line
    return line.withUTF8 { bytes in
      bytes.allSatisfy { $0 < 0x80 && $0 != LogRedactor.dollar }
        && !LogRedactor.marks.contains { LogRedactor.contains(bytes, $0) }
        && !patterns.contains { LogRedactor.contains(bytes, $0) }
    }
  }

  private static let dollar = UInt8(ascii: "$")
  private static let words = ["password", "passphrase", "passwd/user-", "secret", "token", "wpa_key", "wep"]
  private static let marks = (["--> ", "<-- 0 "] + words).map { Array($0.utf8) }

  /// Whether the pattern is there, small letters of it as capitals too.
  private static func contains(_ bytes: UnsafeBufferPointer<UInt8>, _ pattern: [UInt8]) -> Bool {
    guard let first = pattern.first, bytes.count >= pattern.count else { return false }
    func isSame(_ byte: UInt8, _ wanted: UInt8) -> Bool {
      byte == wanted || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(wanted) && byte == wanted - 0x20
    }
    for start in 0...bytes.count - pattern.count where isSame(bytes[start], first) {
      var index = 1
      while index < pattern.count, isSame(bytes[start + index], pattern[index]) { index += 1 }
      if index == pattern.count { return true }
    }
    return false
  }

  /// Masks the values of secret questions in a trace of the debconf protocol.
  private mutating func traced(_ line: String) -> String {
    if let request = line.firstRange(of: "--> ") {
      let words = line[request.upperBound...].split(separator: " ", maxSplits: 2)
      awaitsValue = false
      guard words.count >= 2 else { return line }
      let verb = words[0].uppercased()
      guard LogRedactor.isSecret(words[1]) else { return line }
      awaitsValue = verb == "GET" || verb == "METAGET"
      guard ["SET", "SUBST", "REGISTER"].contains(verb), words.count == 3 else { return line }
      return line[..<words[2].startIndex] + Secret.mask
    }
    if let answer = line.firstRange(of: "<-- 0 "), awaitsValue {
      awaitsValue = false
      return line[..<answer.upperBound] + Secret.mask
    }
    // An answer file's own line: `d-i passwd/root-password password VALUE`.
    let words = line.split(separator: " ", omittingEmptySubsequences: true)
    if let key = words.firstIndex(where: { $0.contains("/") && LogRedactor.isSecret($0) }), words.count > key + 2,
      ["password", "string"].contains(words[key + 1])
    {
      return line[..<words[key + 2].startIndex] + Secret.mask
    }
    return line
  }

  /// Whether the name of a question says that its value is nobody's business.
  private static func isSecret(_ key: some StringProtocol) -> Bool {
    let key = key.lowercased()
    return words.contains { key.contains($0) }
  }

  /// Masks crypt(5) hashes wherever they stand: `$6$…`, `$y$…`, `$2b$…`.
  private static func maskHashes(_ line: String) -> String {
    guard line.contains("$") else { return line }
    return line.replacing(/\$(?:[1256]|2[abxy]|y|gy|7|argon2id?)\$[A-Za-z0-9.\/$=,+\-*]{8,}/, with: Secret.mask)
  }
}
