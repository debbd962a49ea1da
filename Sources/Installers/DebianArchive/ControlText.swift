/// Stanzas of `Field: value` lines, the form of every index of a Debian archive (deb822).
package struct ControlStanza: Sendable, Hashable {
  /// Values by field name in lower case; continuation lines joined with `\n`, without their leading blank.
  package let fields: [String: String]

  /// The field's value; names are compared without case.
  package subscript(_ name: String) -> String? { fields[name.lowercased()] }

  /// All stanzas of a text; lines that are no fields are skipped, the last of two fields with one name counts.
  package static func parse(_ text: String) -> [ControlStanza] {
    var result: [ControlStanza] = []
    var fields: [String: String] = [:]
    var last: String?
    func finish() {
      if !fields.isEmpty { result.append(ControlStanza(fields: fields)) }
    }
    // By bytes: an index has half a million lines, and Character is ten times slower.
    for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      guard let head = line.first, head != UInt8(ascii: "\r") else {
        finish()
        fields = [:]
        last = nil
        continue
      }
      if head == UInt8(ascii: " ") || head == UInt8(ascii: "\t") {
        if let last, let value = fields[last] { fields[last] = value + "\n" + Self.trimmed(line) }
      } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
        let name = String(Substring(line[..<colon])).lowercased()
        fields[name] = Self.trimmed(line[line.index(after: colon)...])
        last = name
      }
    }
    finish()
    return result
  }

  private static func trimmed(_ line: Substring.UTF8View) -> String {
    let blanks: Set<UInt8> = [0x20, 0x09, 0x0D]
    let start = line.drop { blanks.contains($0) }
    guard let last = start.lastIndex(where: { !blanks.contains($0) }) else { return "" }
    return String(Substring(start[...last]))
  }
}

/// Text inside an OpenPGP clear signature.
package enum ClearSigned {
  /// The signed text of `InRelease` and its like; the text itself when it is not clear-signed.
  ///
  /// It does not verify anything: give it what gpgv has accepted. Dash escapes are removed (RFC 9580, section 7).
  package static func text(of document: String) -> String {
    let lines = document.textLines
    guard let start = lines.firstIndex(of: "-----BEGIN PGP SIGNED MESSAGE-----") else { return document }
    guard let blank = lines[start...].firstIndex(of: ""),
      let end = lines[blank...].firstIndex(of: "-----BEGIN PGP SIGNATURE-----")
    else { return "" }
    let body = lines[lines.index(after: blank)..<end].map { $0.hasPrefix("- ") ? $0.dropFirst(2) : $0 }
    return body.joined(separator: "\n") + "\n"
  }
}
