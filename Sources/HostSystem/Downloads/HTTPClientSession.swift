import AsyncHTTPClient
import FoundationEssentials
import Model
import NIOCore
import NIOHTTP1
import Synchronization

/// The owner of the HTTP clients, one for each proxy in use; end it with ``close()``.
package final class HTTPClientSession: Sendable {
  /// How patient it is.
  package struct Limits: Sendable, Hashable {
    /// Until a connection stands.
    package var connect: Duration
    /// Between two pieces of an answer, and until the first.
    package var silence: Duration
    /// Redirects followed for one request.
    package var redirects: Int

    /// The usual patience, or another.
    package init(connect: Duration = .seconds(10), silence: Duration = .seconds(30), redirects: Int = 5) {
      self.connect = connect
      self.silence = silence
      self.redirects = redirects
    }
  }

  /// How patient this session is.
  package let limits: Limits
  private let proxies: ProxyChoice
  private let clients = Mutex<[ProxyChoice.Choice: HTTPClient]?>([:])

  /// A session that honours the proxy variables in `environment`.
  package init(environment: [String: String] = ChildEnvironment.current(), limits: Limits = Limits()) {
    self.limits = limits
    proxies = ProxyChoice(environment: environment)
  }

  /// Ends every connection; later requests fail.
  package func close() async {
    let all = clients.withLock { clients in
      defer { clients = nil }
      return clients ?? [:]
    }
    for client in all.values { try? await client.shutdown() }
  }

  /// Sends a request and follows redirects; a login in the URL becomes basic authorization for that host only.
  ///
  /// Throws ``FetchFailure`` when there is no answer.
  func send(_ method: HTTPMethod, _ url: String, headers: [(String, String)] = []) async throws -> HTTPAnswer {
    guard var target = URL(string: url) else { throw FetchFailure(url, "no valid URL", mayPass: false) }
    for _ in 0...limits.redirects {
      let answer = try await answer(method, target, headers)
      guard [301, 302, 303, 307, 308].contains(answer.status) else { return answer }
      guard let location = answer.header("Location"), let next = URL(string: location, relativeTo: target)?.absoluteURL,
        ["http", "https"].contains(next.scheme?.lowercased())
      else { throw FetchFailure(answer.url, "HTTP \(answer.status) to nowhere", mayPass: false, status: answer.status) }
      // Who asked for https must not get what anybody on the way may have written.
      guard target.scheme?.lowercased() == "http" || next.scheme?.lowercased() == "https" else {
        throw FetchFailure(
          answer.url, "redirected from https to '\(SourceURL.shown(next.absoluteString))', which is refused",
          mayPass: false,
          status: answer.status)
      }
      target = next
    }
    throw FetchFailure(url, "more than \(limits.redirects) redirects", mayPass: false)
  }

  private func answer(_ method: HTTPMethod, _ url: URL, _ headers: [(String, String)]) async throws -> HTTPAnswer {
    let choice = proxies.choice(for: url)
    let client = try client(choice, for: url)
    let (address, login) = HTTPClientSession.withoutLogin(url)
    var request = HTTPClientRequest(url: address)
    request.method = method
    request.headers.add(name: "User-Agent", value: "image-factory")
    // Digests and lengths are of the file itself.
    request.headers.add(name: "Accept-Encoding", value: "identity")
    if let login { request.setBasicAuth(username: login.user, password: login.password) }
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if case .forward(let proxy) = choice { HTTPClientSession.send(&request, by: proxy) }
    do {
      return HTTPAnswer(url: address, try await client.execute(request, deadline: .distantFuture))
    } catch {
      try Task.checkCancellation()
      throw FetchFailure(address, transport: error, limits: limits)
    }
  }

  /// Addresses the request to the proxy, and names the real server in `Host`; see ``ForwardProxy``.
  private static func send(_ request: inout HTTPClientRequest, by proxy: ProxyChoice.HTTPProxy) {
    guard var parts = URLComponents(string: request.url), let host = parts.encodedHost else { return }
    request.headers.add(name: "Host", value: parts.port.map { "\(host):\($0)" } ?? host)
    if let login = proxy.login { request.headers.add(name: "Proxy-Authorization", value: login) }
    parts.host = proxy.host
    parts.port = proxy.port
    request.url = parts.string ?? request.url
  }

  private func client(_ choice: ProxyChoice.Choice, for url: URL) throws -> HTTPClient {
    if case .unusable(let reason) = choice { throw FetchFailure(url.absoluteString, reason, mayPass: false) }
    return try clients.withLock { clients in
      guard clients != nil else {
        throw FetchFailure(url.absoluteString, "the session is closed", mayPass: false)
      }
      if let client = clients?[choice] { return client }
      let client = HTTPClient(configuration: configuration(choice))
      clients?[choice] = client
      return client
    }
  }

  private func configuration(_ choice: ProxyChoice.Choice) -> HTTPClient.Configuration {
    var result = HTTPClient.Configuration()
    result.redirectConfiguration = .disallow
    result.timeout = .init(connect: limits.connect.timeAmount, read: limits.silence.timeAmount)
    result.httpVersion = .http1Only
    // Else a refused connection is tried again until the deadline.
    result.connectionPool.retryConnectionEstablishment = false
    result.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 16
    switch choice {
    case .tunnel(let proxy): result.proxy = proxy
    case .forward: result.http1_1ConnectionDebugInitializer = ForwardProxy.install
    case .direct, .unusable: break
    }
    return result
  }

  private static func withoutLogin(_ url: URL) -> (String, (user: String, password: String)?) {
    guard let user = url.user, var parts = URLComponents(url: url, resolvingAgainstBaseURL: true) else {
      return (url.absoluteString, nil)
    }
    let password = url.password ?? ""
    parts.user = nil
    parts.password = nil
    // Without the login or not at all: the address is shown in errors.
    return (parts.string ?? "", (user.percentDecoded ?? user, password.percentDecoded ?? password))
  }
}

/// The head of an answer, and its body as a stream.
struct HTTPAnswer: Sendable {
  /// The URL that answered in the end, without a login.
  let url: String
  private let response: HTTPClientResponse

  init(url: String, _ response: HTTPClientResponse) {
    self.url = url
    self.response = response
  }

  var status: Int { Int(response.status.code) }
  var body: HTTPClientResponse.Body { response.body }
  func header(_ name: String) -> String? { response.headers.first(name: name) }

  /// `HTTP 404 Not Found`.
  var statusWords: String { "HTTP \(status) \(response.status.reasonPhrase)".trimmingBlanks.printable }

  /// The failure for a status that is no success; the same place is worth another try unless the client is at fault.
  func failure() async -> FetchFailure {
    let mayPass = !(400..<500).contains(status) || status == 408 || status == 429
    return FetchFailure(url, statusWords + FirstBytes.shown(await start()), mayPass: mayPass, status: status)
  }

  private func start() async -> [UInt8] {
    var bytes: [UInt8] = []
    do {
      for try await piece in response.body {
        bytes += piece.readableBytesView
        if bytes.count >= FirstBytes.count { break }
      }
    } catch {
      // What came is enough for an error.
    }
    return bytes
  }
}

extension Duration {
  var timeAmount: TimeAmount {
    .nanoseconds(components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000)
  }
}
