import Foundation
import Model
import NIOHTTP1

/// Which requests the depot takes, apart from who sends them.
struct RequestRules: Sendable {
  private let allowedHosts: Set<String>
  private let credentials: String?

  /// The user name that goes with the token in the proxy's URL.
  static let user = "depot"

  init(_ settings: DepotSettings) {
    allowedHosts = settings.allowedHosts
    credentials = settings.token.map { Data("\(Self.user):\($0.reveal())".utf8).base64EncodedString() }
  }

  enum Ruling: Sendable {
    case take(DepotRequest)
    case refuse(HTTPResponseStatus, String)
  }

  func ruling(on head: HTTPRequestHead) -> Ruling {
    guard hasCredentials(head.headers) else { return .refuse(.forbidden, "this depot serves one running build only") }
    guard head.method == .GET || head.method == .HEAD else {
      return .refuse(.methodNotAllowed, "the package depot answers GET and HEAD only, no tunnels")
    }
    guard let target = ProxyTarget(head.uri) else {
      return .refuse(.forbidden, "this is a proxy for http: and https: URLs of the build's mirrors")
    }
    guard allowedHosts.contains(target.hostAndPort) else {
      return .refuse(.forbidden, "'\(target.hostAndPort)' is not a mirror of this build")
    }
    return .take(
      DepotRequest(method: head.method, target: target, headers: HeaderRules.forMirror(head.headers)))
  }

  private func hasCredentials(_ headers: HTTPHeaders) -> Bool {
    guard let credentials else { return true }
    guard let field = headers.first(name: "proxy-authorization") else { return false }
    let words = field.split(separator: " ")
    guard words.count == 2, words[0].lowercased() == "basic", words[1].utf8.count == credentials.utf8.count else {
      return false
    }
    // Compared in constant time: the time must not tell how much of a guess was right.
    return zip(words[1].utf8, credentials.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
