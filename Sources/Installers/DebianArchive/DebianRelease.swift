import Model

/// The `Release` (or `InRelease`) file of a Debian suite: what it is, until when it is valid, and the digests of its indices.
package struct DebianRelease: Sendable, Hashable {
  /// One index file of the suite.
  package struct File: Sendable, Hashable {
    /// Lower-case hexadecimal.
    package let sha256: String
    /// In bytes.
    package let size: Int64
  }

  package let suite: String?
  package let codename: String?
  package let version: String?
  /// As written, for example `Sat, 12 Sep 2026 09:12:34 UTC`.
  package let date: String?
  /// As written; nil: the suite does not expire.
  package let validUntil: String?
  package let components: [String]
  package let architectures: [String]
  /// By path below the suite's folder: `main/binary-amd64/Packages.xz`.
  package let files: [String: File]

  /// Whether it says that it is not to be used any more; `now` in seconds since 1970-01-01 00:00 UTC.
  ///
  /// Throws a `FactoryError` (fetch failed) when what it says is no date, as apt does.
  package func isExpired(at now: Double) throws -> Bool {
    guard let validUntil else { return false }
    guard let end = ArchiveDate.seconds(validUntil) else {
      throw FactoryError(
        .fetchFailed, "the Release file has a 'Valid-Until' that is no date: '\(validUntil.printable)'")
    }
    return now > Double(end)
  }

  /// Reads a Release file, clear-signed or not; nothing is verified.
  ///
  /// Throws a `FactoryError` (fetch failed) when the text is no Release file: without a SHA256 section.
  package init(_ text: String) throws {
    guard let stanza = ControlStanza.parse(ClearSigned.text(of: text)).first, let sums = stanza["SHA256"] else {
      throw FactoryError(
        .fetchFailed, "the Release file has no SHA256 section", hint: "is the mirror's URL the archive's root?")
    }
    suite = stanza["Suite"]
    codename = stanza["Codename"]
    version = stanza["Version"]
    date = stanza["Date"]
    validUntil = stanza["Valid-Until"]
    components = (stanza["Components"] ?? "").split(separator: " ").map(String.init)
    architectures = (stanza["Architectures"] ?? "").split(separator: " ").map(String.init)
    var files: [String: File] = [:]
    for line in sums.split(separator: "\n") {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      guard words.count == 3, let digest = Digest.normalized(words[0]), let size = Int64(words[1]) else { continue }
      files[String(words[2])] = File(sha256: digest, size: size)
    }
    self.files = files
  }
}

/// SHA-256 and longer digests as text.
enum Digest {
  /// Lower case; nil when it is not that many hexadecimal digits.
  static func normalized(_ text: some StringProtocol, digits: Int = 64) -> String? {
    let bytes = text.utf8
    guard bytes.count == digits,
      bytes.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x46).contains($0) || (0x61...0x66).contains($0) })
    else { return nil }
    return text.lowercased()
  }
}
