import NIOHTTP1

/// Which header fields a proxy hands on (RFC 9110, 7.6.1): all but those that are about one connection.
enum HeaderRules {
  private static let perConnection: Set<String> = [
    "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization",
    "proxy-authentication-info", "te", "trailer", "transfer-encoding", "upgrade", "http2-settings",
  ]

  /// Fields of a request for the mirror: `Host` is made anew from the URL, which decides (RFC 9112, 3.2.2).
  static func forMirror(_ headers: HTTPHeaders) -> HTTPHeaders {
    handedOn(headers, without: ["host", "content-length", "expect"])
  }

  /// Fields of an answer for the guest; the length is set where the body is written.
  static func forGuest(_ headers: HTTPHeaders) -> HTTPHeaders {
    handedOn(headers, without: ["content-length"])
  }

  private static func handedOn(_ headers: HTTPHeaders, without more: Set<String>) -> HTTPHeaders {
    var dropped = perConnection.union(more)
    for name in headers[canonicalForm: "connection"] { dropped.insert(name.lowercased()) }
    return HTTPHeaders(headers.filter { !dropped.contains($0.name.lowercased()) }.map { ($0.name, $0.value) })
  }
}
