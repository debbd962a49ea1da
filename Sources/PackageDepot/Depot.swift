import AsyncHTTPClient
import Model
import NIOCore
import NIOHTTP1
import NIOPosix

/// What the guest talks to during the installation: a forward proxy on loopback, in this process, for one build.
///
/// It passes requests for the build's mirrors on in a stream, answers the pinned suite itself, and refuses everything and
/// everybody else. QEMU's user network shows the host's loopback to the guest as 10.0.2.2.
package final class Depot: Sendable {
  /// The port on 127.0.0.1, chosen by the system.
  package let port: Int
  private let token: Secret?
  private let server: any Channel
  private let service: DepotService
  private let client: HTTPClient
  private let collector: StatisticsCollector

  private init(
    server: any Channel, port: Int, service: DepotService, client: HTTPClient, collector: StatisticsCollector
  ) {
    self.server = server
    self.port = port
    self.service = service
    self.client = client
    self.collector = collector
    token = service.settings.token
  }

  /// Opens the port and serves until ``close()``, which must be called.
  ///
  /// - Parameters:
  ///   - peerCheck: who may use it; ``SocketOwner`` for a build.
  ///   - observer: told about every answer, refusal and failure.
  /// - Throws: `DepotError`.
  package static func start(
    _ settings: DepotSettings, peerCheck: any PeerCheck, observer: (any DepotObserver)? = nil
  ) async throws -> Depot {
    if let token = settings.token?.reveal() {
      let isPlain = token.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
      guard !token.isEmpty, isPlain else { throw DepotError.unusableToken }
    }
    let client = Upstream.makeClient(settings)
    let collector = StatisticsCollector()
    let pin: [any AnswerSource] = settings.pinnedSuite.map { [PinSource(suite: $0)] } ?? []
    let service = DepotService(
      settings, peerCheck: peerCheck, sources: pin + [Upstream(client: client, settings: settings)],
      observers: [collector] + (observer.map { [$0] } ?? []))
    do {
      let server = try await bootstrap(service).bind(host: "127.0.0.1", port: 0).get()
      guard let port = server.localAddress?.port else { throw DepotError.cannotListen("it has no number") }
      return Depot(server: server, port: port, service: service, client: client, collector: collector)
    } catch {
      try? await client.shutdown()
      throw error as? DepotError ?? DepotError.cannotListen("\(error)")
    }
  }

  private static func bootstrap(_ service: DepotService) -> ServerBootstrap {
    ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 256)
      .childChannelOption(.socketOption(.so_keepalive), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let handlers = channel.pipeline.syncOperations
          try handlers.addHandler(IdleStateHandler(allTimeout: service.settings.guestIdleTimeout.timeAmount))
          // Framing is the answer writer's: the encoder's own would mark the end of an answer to HEAD.
          try handlers.configureHTTPServerPipeline(
            withPipeliningAssistance: false, withErrorHandling: false,
            withEncoderConfiguration: Self.encoderConfiguration)
          try handlers.addHandler(IdleCloser())
          service.adopt(try NIOAsyncChannel(wrappingChannelSynchronously: channel))
        }
      }
  }

  private static var encoderConfiguration: HTTPResponseEncoder.Configuration {
    var configuration = HTTPResponseEncoder.Configuration()
    configuration.automaticallySetFramingHeaders = false
    return configuration
  }

  /// The proxy's URL as the guest reaches it, `http://10.0.2.2:PORT/`; with a token it holds the credentials, so it is as
  /// secret as the token.
  package var proxyURL: String {
    let credentials = token.map { "\(RequestRules.user):\($0.reveal())@" } ?? ""
    return "http://\(credentials)10.0.2.2:\(port)/"
  }

  /// What happened so far.
  package func statistics() -> DepotStatistics { collector.statistics }

  /// Closes the port and every connection and returns within seconds, also with answers on the way; a second call does
  /// nothing.
  package func close() async {
    server.close(promise: nil)
    service.connections.closeAll()
    await Self.bounded { [service] in await service.connections.emptied() }
    await Self.bounded { [client] in try? await client.shutdown() }
  }

  /// Waits for `work`, at most 5 seconds; what takes longer goes on behind.
  private static func bounded(_ work: @escaping @Sendable () async -> Void) async {
    let loop = MultiThreadedEventLoopGroup.singleton.any()
    let done = loop.makePromise(of: Void.self)
    let timer = loop.scheduleTask(in: .seconds(5)) { done.succeed() }
    Task {
      await work()
      timer.cancel()
      done.succeed()
    }
    try? await done.futureResult.get()
  }
}

/// Closes a connection on which nothing moved for the idle time.
private final class IdleCloser: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent {
      context.close(promise: nil)
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }
}
