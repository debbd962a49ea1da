import FoundationEssentials
import Model
package import SystemPackage

/// The kinds of place a file can come from, told from the text the user wrote.
package enum SourceURL: Sendable, Hashable {
  /// A plain path or a `file:` URL.
  case file(FilePath)
  case web(String)
  /// What rsync itself takes: `rsync://HOST/…`, `HOST:PATH`, a path.
  case rsync(String)
  /// A file in a Debian package: the path of the package below a mirror's base URL, and the member.
  case package(path: String, member: String)
  /// A file in the installer's bootable image, which the request has.
  case imageMember(String)

  /// Nil when `text` is none of these.
  package init?(_ text: String) {
    guard let colon = text.firstIndex(of: ":"), !text[..<colon].contains("/") else {
      guard !text.isEmpty else { return nil }
      self = .file(FilePath(text))
      return
    }
    let rest = String(text[text.index(after: colon)...])
    switch text[..<colon].lowercased() {
    case "http", "https":
      guard rest.hasPrefix("//"), let host = URL(string: text)?.host, !host.isEmpty else { return nil }
      self = .web(text)
    case "file":
      let path = rest.hasPrefix("//") ? rest.dropFirst(2).drop { $0 != "/" } : rest[...]
      guard let decoded = String(path).percentDecoded, decoded.hasPrefix("/") else { return nil }
      self = .file(FilePath(decoded))
    case "rsync":
      let source = rest.hasPrefix("//") ? text : rest
      guard !source.isEmpty, !source.hasPrefix("-") else { return nil }
      self = .rsync(source)
    case "deb":
      let parts = rest.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, let path = SourceURL.relative(parts[0]), let member = SourceURL.relative(parts[1])
      else { return nil }
      self = .package(path: path, member: member)
    case "iso":
      guard let member = SourceURL.relative(rest) else { return nil }
      self = .imageMember(member)
    default:
      return nil
    }
  }

  /// The path without `/` or `./` at its start; nil when it is empty or leads upwards.
  private static func relative(_ path: String) -> String? {
    let parts = path.split(separator: "/").filter { $0 != "." }
    return parts.isEmpty || parts.contains("..") ? nil : parts.joined(separator: "/")
  }

  /// `text` with the password of a URL masked, printable, as logs and errors may have it.
  package static func shown(_ text: String) -> String {
    guard let scheme = text.firstRange(of: "://") else { return text.printable }
    let authority = text[scheme.upperBound...].prefix { !"/?#".contains($0) }
    guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else {
      return text.printable
    }
    return (text[...colon] + Secret.mask + text[at...]).printable
  }
}

extension String {
  /// The text with `%41` read as the byte 0x41; nil when that is broken, is no UTF-8 or has a zero byte.
  var percentDecoded: String? {
    var bytes: [UInt8] = []
    var rest = utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), code != 0
      else { return nil }
      bytes.append(code)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
