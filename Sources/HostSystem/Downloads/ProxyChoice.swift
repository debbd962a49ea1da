import AsyncHTTPClient
import FoundationEssentials
import Model

/// Which proxy the environment wants for which URL: `http_proxy`, `https_proxy`, `all_proxy`, `no_proxy` and their upper case.
struct ProxyChoice: Sendable {
  /// A proxy, or why the one that is named cannot be used.
  enum Choice: Sendable, Hashable {
    case direct
    case server(HTTPClient.Configuration.Proxy)
    case unusable(String)
  }

  private let http: Choice
  private let https: Choice
  private let exceptions: [String]

  init(environment: [String: String]) {
    func named(_ name: String) -> String? {
      let value = environment[name] ?? environment[name.uppercased()]
      return value.flatMap { $0.isEmpty ? nil : $0 }
    }
    http = ProxyChoice.parse(named("http_proxy") ?? named("all_proxy"))
    https = ProxyChoice.parse(named("https_proxy") ?? named("all_proxy"))
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

  private static func parse(_ text: String?) -> Choice {
    guard let text else { return .direct }
    guard let url = URL(string: text.contains("://") ? text : "http://\(text)"), let host = url.host, !host.isEmpty
    else { return .unusable("the proxy '\(SourceURL.shown(text))' is no URL") }
    switch url.scheme?.lowercased() {
    case "http":
      let login = url.user.map { HTTPClient.Authorization.basic(username: $0, password: url.password ?? "") }
      return .server(.server(host: host, port: url.port ?? 3128, authorization: login))
    case "socks5", "socks5h", "socks":
      return .server(.socksServer(host: host, port: url.port ?? 1080))
    default:
      return .unusable("the proxy '\(SourceURL.shown(text))' is of a kind that is not supported (http and socks5 are)")
    }
  }
}
