import NIOCore
import NIOHTTP1

/// Writes the whole URL into the request line, as a proxy wants it for `http:` (RFC 9112, 3.2.2).
///
/// AsyncHTTPClient asks every proxy for a tunnel by CONNECT, which squid allows for port 443 only and apt-cacher-ng not at all.
/// So the proxy is addressed as if it were the server, with the real one in `Host`, and this puts the two together.
final class ForwardProxy: ChannelOutboundHandler {
  typealias OutboundIn = HTTPClientRequestPart
  typealias OutboundOut = HTTPClientRequestPart

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard case .head(var head) = unwrapOutboundIn(data), let host = head.headers.first(name: "Host") else {
      context.write(data, promise: promise)
      return
    }
    head.uri = "http://\(host)\(head.uri)"
    context.write(wrapOutboundOut(.head(head)), promise: promise)
  }

  /// Puts one before the encoder of a new connection.
  @Sendable static func install(on channel: any Channel) -> EventLoopFuture<Void> {
    channel.eventLoop.submit {
      let pipeline = channel.pipeline.syncOperations
      let encoder = try pipeline.handler(type: HTTPRequestEncoder.self)
      try pipeline.addHandler(ForwardProxy(), position: .after(encoder))
    }
  }
}
