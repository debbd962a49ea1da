/// A file of checksums: as sha256sum writes them, as BSD tools write them, either of them clear-signed or not.
package struct SHA256Sums: Sendable, Hashable {
  /// Lower-case hexadecimal digests by path, a leading `./` left out.
  package let digests: [String: String]

  /// Reads a checksum file; lines of other kinds (MD5, SHA-512, comments) are skipped.
  package init(_ text: String) {
    var digests: [String: String] = [:]
    for line in ClearSigned.text(of: text).split(whereSeparator: \.isNewline) {
      guard let (path, digest) = Self.bsd(line) ?? Self.plain(line) else { continue }
      digests[path.hasPrefix("./") ? String(path.dropFirst(2)) : String(path)] = digest
    }
    self.digests = digests
  }

  /// The digest of a file; `path` with or without `./`.
  package subscript(_ path: String) -> String? {
    digests[path.hasPrefix("./") ? String(path.dropFirst(2)) : path]
  }

  /// `SHA256 (path) = digest`
  private static func bsd(_ line: Substring) -> (Substring, String)? {
    guard line.hasPrefix("SHA256 ("), let open = line.firstIndex(of: "("), let close = line.lastIndex(of: ")"),
      let equals = line.lastIndex(of: "="), close < equals
    else { return nil }
    let value = line[line.index(after: equals)...].drop(while: \.isWhitespace)
    guard let digest = Digest.normalized(value.prefix { !$0.isWhitespace }) else { return nil }
    return (line[line.index(after: open)..<close], digest)
  }

  /// `digest  path`, or `digest *path` for a file read in binary mode.
  private static func plain(_ line: Substring) -> (Substring, String)? {
    let word = line.prefix { !$0.isWhitespace }
    guard let digest = Digest.normalized(word) else { return nil }
    var path = line[word.endIndex...].dropFirst()
    if path.first == " " || path.first == "*" { path = path.dropFirst() }
    return path.isEmpty ? nil : (path, digest)
  }
}
