/// A file of checksums: as sha256sum or sha512sum writes them, as BSD tools write them, either of them clear-signed or not.
package struct SHA256Sums: Sendable, Hashable {
  /// Lower-case hexadecimal digests by path, a leading `./` left out.
  package let digests: [String: String]
  /// The same of SHA-512.
  package let sha512: [String: String]

  /// Reads a checksum file; lines of other kinds (MD5, comments) are skipped.
  package init(_ text: String) {
    var digests: [Int: [String: String]] = [:]
    for line in ClearSigned.text(of: text).split(whereSeparator: \.isNewline) {
      for (digits, name) in [(64, "SHA256"), (128, "SHA512")] {
        guard let (path, digest) = Self.bsd(line, name, digits) ?? Self.plain(line, digits) else { continue }
        digests[digits, default: [:]][path.hasPrefix("./") ? String(path.dropFirst(2)) : String(path)] = digest
      }
    }
    self.digests = digests[64] ?? [:]
    sha512 = digests[128] ?? [:]
  }

  /// The digest of a file; `path` with or without `./`.
  package subscript(_ path: String) -> String? {
    digests[path.hasPrefix("./") ? String(path.dropFirst(2)) : path]
  }

  /// `SHA256 (path) = digest`
  private static func bsd(_ line: Substring, _ name: String, _ digits: Int) -> (Substring, String)? {
    guard line.hasPrefix("\(name) ("), let open = line.firstIndex(of: "("), let close = line.lastIndex(of: ")"),
      let equals = line.lastIndex(of: "="), close < equals
    else { return nil }
    let value = line[line.index(after: equals)...].drop(while: \.isWhitespace)
    guard let digest = Digest.normalized(value.prefix { !$0.isWhitespace }, digits: digits) else { return nil }
    return (line[line.index(after: open)..<close], digest)
  }

  /// `digest  path`, or `digest *path` for a file read in binary mode.
  private static func plain(_ line: Substring, _ digits: Int) -> (Substring, String)? {
    let word = line.prefix { !$0.isWhitespace }
    guard let digest = Digest.normalized(word, digits: digits) else { return nil }
    var path = line[word.endIndex...].dropFirst()
    if path.first == " " || path.first == "*" { path = path.dropFirst() }
    return path.isEmpty ? nil : (path, digest)
  }
}
