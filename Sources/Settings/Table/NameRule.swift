import Model

/// What names and addresses may look like; checked before anything is written into an answer file.
enum NameRule {
  /// RFC 1123: labels of letters, digits and inner hyphens, 1 to 63 long, joined by dots.
  static func isHostname(_ name: String) -> Bool {
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    return labels.allSatisfy { label in
      (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
        && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }
  }

  /// A login name as `useradd` takes it everywhere: a small letter or `_`, then letters, digits, `_`, `-`; 32 at most.
  static func isLogin(_ name: String) -> Bool {
    guard let first = name.utf8.first, (1...32).contains(name.utf8.count) else { return false }
    return ((0x61...0x7A).contains(first) || first == UInt8(ascii: "_"))
      && name.utf8.allSatisfy {
        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
      }
  }

  /// Letters, digits and the given further characters, at least one in all.
  static func isWord(_ word: String, and more: String) -> Bool {
    !word.isEmpty && word.utf8.allSatisfy { isAlphanumeric($0) || more.utf8.contains($0) }
  }

  /// An `http:` or `https:` URL without its trailing slashes; nil when it is none.
  static func webURL(_ text: String) -> String? {
    guard let scheme = scheme(of: text), scheme == "http" || scheme == "https" else { return nil }
    let rest = text.dropFirst(scheme.count + 1)
    guard rest.hasPrefix("//"), rest.utf8.count > 2, !rest.hasPrefix("///"), isPlain(text) else { return nil }
    var url = text[...]
    while url.last == "/" { url = url.dropLast() }
    return String(url)
  }

  /// The part before the first `:` when it looks like a URL's scheme, in lower case; a path has none.
  static func scheme(of text: String) -> String? {
    guard let colon = text.firstIndex(of: ":"), colon > text.startIndex else { return nil }
    let scheme = text[..<colon].lowercased()
    guard let first = scheme.utf8.first, (0x61...0x7A).contains(first) else { return nil }
    return scheme.utf8.allSatisfy { isAlphanumeric($0) || "+-.".utf8.contains($0) } ? scheme : nil
  }

  /// A crypt(5) hash: `$id$…` of printable characters without blanks and colons, which `usermod` takes as it is.
  static func isCryptHash(_ text: String) -> Bool {
    text.hasPrefix("$") && text.utf8.count >= 13 && isPlain(text) && !text.contains(":")
  }

  /// A MAC address of six octets, `52:54:00:12:34:56`, unicast.
  static func isMAC(_ text: String) -> Bool {
    let octets = text.split(separator: ":", omittingEmptySubsequences: false)
    let values = octets.compactMap { $0.utf8.count == 2 ? UInt8($0, radix: 16) : nil }
    return octets.count == 6 && values.count == 6 && values[0] & 1 == 0
  }

  /// `listen:port` with the display number that QEMU adds to 5900: `localhost:10`, `:10`.
  static func isVNC(_ text: String) -> Bool {
    guard let host = VNCAddress(text)?.host else { return false }
    let isIPv6 = host.contains(":") && host.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
    return isIPv6 || isHostname(host)
  }

  /// Words at blanks outside double quotes, which stay; nil when a quote is not closed.
  static func kernelWords(_ text: String) -> [String]? {
    var words: [String] = []
    var word = ""
    var isQuoted = false
    for character in text {
      if character == "\"" { isQuoted.toggle() }
      if character.isWhitespace, !isQuoted {
        if !word.isEmpty { words.append(word) }
        word = ""
      } else {
        word.append(character)
      }
    }
    if !word.isEmpty { words.append(word) }
    return isQuoted ? nil : words
  }

  /// Printable ASCII without blanks.
  static func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }
}
