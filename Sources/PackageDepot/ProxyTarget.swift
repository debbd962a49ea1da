/// The absolute URL of a proxy request, taken apart without changing a byte of its path.
///
/// Nothing is decoded or normalised but the host's case: `%2b` and `+` reach the mirror as the guest wrote them.
struct ProxyTarget: Sendable, Hashable {
  enum Scheme: String, Sendable {
    case http
    case https
    var defaultPort: Int { self == .http ? 80 : 443 }
  }

  let scheme: Scheme
  /// Lower case; an IPv6 address keeps its brackets.
  let host: String
  let port: Int
  /// Path and query, at least `/`.
  let pathAndQuery: String

  /// Nil for what is no plain `http:` or `https:` URL: user names, fragments, blanks and control characters included.
  init?(_ text: String) {
    guard text.utf8.count <= 8192, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }),
      let colon = text.firstIndex(of: ":"), let scheme = Scheme(rawValue: text[..<colon].lowercased()),
      text[colon...].hasPrefix("://")
    else { return nil }
    let rest = text[text.index(colon, offsetBy: 3)...]
    let authorityEnd = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
    guard let (host, port) = Self.split(authority: rest[..<authorityEnd]) else { return nil }
    let tail = String(rest[authorityEnd...])
    self.init(
      scheme: scheme, host: host, port: port ?? scheme.defaultPort,
      pathAndQuery: tail.hasPrefix("/") ? tail : "/" + tail)
  }

  private init(scheme: Scheme, host: String, port: Int, pathAndQuery: String) {
    self.scheme = scheme
    self.host = host
    self.port = port
    self.pathAndQuery = pathAndQuery
  }

  private static func split(authority: Substring) -> (host: String, port: Int?)? {
    var host = authority
    var port: Int?
    let bracket = authority.lastIndex(of: "]") ?? authority.startIndex
    if let colon = authority[bracket...].lastIndex(of: ":") {
      let digits = authority[authority.index(after: colon)...]
      guard digits.count <= 5, digits.allSatisfy({ $0.isNumber }), let number = Int(digits),
        (1...65535).contains(number)
      else { return nil }
      port = number
      host = authority[..<colon]
    }
    let isAddress = host.hasPrefix("[") && host.hasSuffix("]") && host.count > 2
    let body = isAddress ? host.dropFirst().dropLast() : host
    let allowed: (Character) -> Bool = { character in
      isAddress
        ? character.isHexDigit || character == ":" || character == "."
        : character.isLetter || character.isNumber || "-._".contains(character)
    }
    guard !body.isEmpty, body.count <= 253, body.allSatisfy(allowed) else { return nil }
    return (host.lowercased(), port)
  }

  /// What the allowed mirrors are compared with.
  var hostAndPort: String { "\(host):\(port)" }

  /// The whole URL, the port only where it is not the scheme's own.
  var url: String {
    let suffix = port == scheme.defaultPort ? "" : ":\(port)"
    return "\(scheme.rawValue)://\(host)\(suffix)\(pathAndQuery)"
  }

  /// The path without its query.
  var path: Substring { pathAndQuery.prefix { $0 != "?" } }

  /// Where a `Location` header of the answer to this URL points; nil when that is no `http:` or `https:` URL.
  func resolving(location: String) -> ProxyTarget? {
    let reference = location.prefix { $0 != "#" }
    let origin = "\(scheme.rawValue)://\(hostAndPort)"
    if let absolute = ProxyTarget(String(reference)) { return absolute }
    if reference.hasPrefix("//") { return ProxyTarget("\(scheme.rawValue):\(reference)") }
    if reference.hasPrefix("/") { return ProxyTarget(origin + reference) }
    guard !reference.prefix(while: { $0 != "/" && $0 != "?" }).contains(":") else { return nil }
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
    return ProxyTarget(origin + folder + reference)
  }
}
