import AsyncHTTPClient
import FoundationEssentials
import Model

/// Which proxy the environment wants for which URL: `http_proxy`, `https_proxy`, `all_proxy`, `no_proxy` and their upper case.
struct ProxyChoice: Sendable {
  /// How to reach a place.
  enum Choice: Sendable, Hashable {
    case direct
    /// An HTTP proxy that is given the whole URL, as is the custom for `http:`.
    case forward(HTTPProxy)
    /// A proxy that is asked for a tunnel: HTTP with CONNECT for `https:`, and SOCKS.
    case tunnel(HTTPClient.Configuration.Proxy)
    /// Why the one that is named cannot be used.
    case unusable(String)
  }

  /// An HTTP proxy; the login is the value of `Proxy-Authorization`.
  struct HTTPProxy: Sendable, Hashable {
    var host: String
    var port: Int
    var login: String?
  }

  private let http: Choice
  private let https: Choice
  private let exceptions: [String]

  init(environment: [String: String]) {
    func named(_ name: String) -> String? {
      let value = environment[name] ?? environment[name.uppercased()]
      return value.flatMap { $0.isEmpty ? nil : $0 }
    }
    http = ProxyChoice.parse(named("http_proxy") ?? named("all_proxy"), tunnels: false)
    https = ProxyChoice.parse(named("https_proxy") ?? named("all_proxy"), tunnels: true)
    exceptions = (named("no_proxy") ?? "").split { $0 == "," || $0.isWhitespace }.map { $0.lowercased() }
  }

  /// What to use for `url`.
  func choice(for url: URL) -> Choice {
    guard let host = url.host?.lowercased(), !isException(host, port: url.port) else { return .direct }
    return url.scheme?.lowercased() == "https" ? https : http
  }

  private func isException(_ host: String, port: Int?) -> Bool {
    exceptions.contains { entry in
      if entry == "*" { return true }
      var name = entry[...]
      // A port after a name or an address; an IPv6 address without brackets has colons of its own.
      if let colon = entry.lastIndex(of: ":"), entry.firstIndex(of: ":") == colon {
        guard let port, entry[entry.index(after: colon)...] == "\(port)" else { return false }
        name = entry[..<colon]
      }
      let suffix = name.drop { $0 == "." || $0 == "*" }
      return !suffix.isEmpty && (host == suffix || host.hasSuffix(".\(suffix)"))
    }
  }

  private static func parse(_ text: String?, tunnels: Bool) -> Choice {
    guard let text else { return .direct }
    guard let url = URL(string: text.contains("://") ? text : "http://\(text)"), let host = url.host, !host.isEmpty
    else { return .unusable("the proxy '\(SourceURL.shown(text))' is no URL") }
    let user = url.user.map { $0.percentDecoded ?? $0 }
    let password = url.password.map { $0.percentDecoded ?? $0 } ?? ""
    switch url.scheme?.lowercased() {
    case "http" where tunnels:
      let login = user.map { HTTPClient.Authorization.basic(username: $0, password: password) }
      return .tunnel(.server(host: host, port: url.port ?? 3128, authorization: login))
    case "http":
      let login = user.map { "Basic \(Data("\($0):\(password)".utf8).base64EncodedString())" }
      return .forward(HTTPProxy(host: host, port: url.port ?? 3128, login: login))
    case "socks5", "socks5h", "socks":
      return .tunnel(.socksServer(host: host, port: url.port ?? 1080))
    default:
      return .unusable("the proxy '\(SourceURL.shown(text))' is of a kind that is not supported (http and socks5 are)")
    }
  }
}
