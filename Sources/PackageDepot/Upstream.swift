import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

/// The mirrors themselves: every request is passed on, its answer streamed back.
///
/// A redirect to an allowed mirror over plain HTTP is the guest's to follow, as without a proxy. Every other one is
/// followed here, at most 5 times: the guest may reach no other host through the depot, and the installer's wget knows no
/// TLS. Never to an address of this host, its link or a metadata service, unless that is an allowed mirror.
struct Upstream: AnswerSource {
  let name = "mirror"
  let client: HTTPClient
  let settings: DepotSettings

  private static let mostRedirects = 5

  /// A client without redirects, decompression and retries of its own: what a mirror sends is what the guest gets.
  static func makeClient(_ settings: DepotSettings) -> HTTPClient {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow, timeout: .init(connect: settings.connectTimeout.timeAmount))
    // HTTP/2 would bring no speed here; with HTTP/1.1 the way a body ends is passed on as it is.
    configuration.httpVersion = .http1Only
    configuration.connectionPool.retryConnectionEstablishment = false
    // A request that waits for a pooled connection would run into the connect time-out behind a slow guest.
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = settings.maximumConnections
    configuration.connectionPool.idleTimeout = .seconds(20)
    return HTTPClient(
      eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), configuration: configuration)
  }

  func answer(to request: DepotRequest) async throws -> DepotAnswer? {
    var target = request.target
    for hop in 0...Self.mostRedirects {
      let response = try await fetch(target, for: request)
      guard [301, 302, 303, 307, 308].contains(response.status.code),
        let location = response.headers.first(name: "location")
      else { return relayed(response, method: request.method) }
      guard let next = target.resolving(location: location) else {
        throw UpstreamFailure(.badGateway, "'\(target.host)' redirects to what is no http: or https: URL")
      }
      let isAllowed = settings.allowedHosts.contains(next.hostAndPort)
      if hop == 0, isAllowed, next.scheme == .http { return relayed(response, method: request.method) }
      if !isAllowed { try await checkAddress(of: next.host, from: target.host) }
      target = next
    }
    throw UpstreamFailure(.badGateway, "'\(request.target.host)' redirects more than \(Self.mostRedirects) times")
  }

  private func checkAddress(of host: String, from mirror: String) async throws {
    let objection = try await NIOThreadPool.singleton.runIfActive { AddressRules.objection(to: host) }
    if let objection { throw UpstreamFailure(.badGateway, "refused a redirect of '\(mirror)': \(objection)") }
  }

  private func fetch(_ target: ProxyTarget, for request: DepotRequest) async throws -> HTTPClientResponse {
    var outgoing = HTTPClientRequest(url: target.url)
    outgoing.method = request.method
    outgoing.headers = request.headers
    var pause = settings.retryPause
    var attempt = 1
    while true {
      let limit = settings.connectTimeout + settings.silenceTimeout
      do {
        let response = try await client.execute(outgoing, deadline: .now() + limit.timeAmount)
        if response.status.code < 500 || attempt >= settings.tries { return response }
      } catch {
        try Task.checkCancellation()
        guard attempt < settings.tries, UpstreamFailure.isWorthAnotherTry(error) else {
          throw UpstreamFailure(error, at: target.host)
        }
      }
      try await Task.sleep(for: pause)
      pause *= 2
      attempt += 1
    }
  }

  private func relayed(_ response: HTTPClientResponse, method: HTTPMethod) -> DepotAnswer {
    let length = response.headers.first(name: "content-length").flatMap { Int64($0) }
    let hasBody = method != .HEAD && ![204, 304].contains(response.status.code)
    let isChunked = response.headers[canonicalForm: "transfer-encoding"].contains { $0.lowercased() == "chunked" }
    let body: DepotBody =
      hasBody
      ? .stream(response.body, length: isChunked ? nil : length, endMarked: isChunked) : .none(length: length)
    return DepotAnswer(status: response.status, headers: HeaderRules.forGuest(response.headers), body: body)
  }
}
