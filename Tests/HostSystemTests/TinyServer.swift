import HostSystem
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A web server on loopback that answers as a test wants, well or badly, and remembers what it was asked.
final class TinyServer: Sendable {
  struct Seen: Sendable {
    var method: HTTPMethod
    var path: String
    var headers: HTTPHeaders
    /// How many requests came before this one.
    var number: Int
  }

  struct Reply: Sendable {
    var status = HTTPResponseStatus.ok
    var headers: [(String, String)] = []
    var body: [UInt8] = []
    /// The connection is cut after so many bytes of the body; the length announced stays that of all of it.
    var cutAfter: Int?
    /// Nothing more is sent after so many bytes, and the connection stays.
    var stallAfter: Int?
    /// No answer at all.
    var isSilent = false
  }

  private let requests = Mutex<[Seen]>([])
  private let channel = Mutex<(any Channel)?>(nil)

  var seen: [Seen] { requests.withLock { $0 } }
  var count: Int { seen.count }
  var base: String { "http://127.0.0.1:\(channel.withLock { $0?.localAddress?.port ?? 0 })" }

  /// Runs `body` with a server that answers with `answer`.
  static func run<Result>(
    _ answer: @escaping @Sendable (Seen) -> Reply, _ body: (TinyServer) async throws -> Result
  ) async throws -> Result {
    let server = TinyServer()
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
          try channel.pipeline.syncOperations.addHandler(Handler(server: server, answer: answer))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    server.channel.withLock { $0 = channel }
    defer { channel.close(promise: nil) }
    return try await body(server)
  }

  /// What a good mirror does for one file: validators, conditional requests, ranges.
  static func file(_ body: [UInt8], etag: String = "\"one\"", for request: Seen) -> Reply {
    var reply = Reply(headers: [("ETag", etag), ("Content-Type", "application/octet-stream")], body: body)
    if request.headers.first(name: "If-None-Match") == etag {
      reply.status = .notModified
      reply.body = []
    } else if let range = request.headers.first(name: "Range"), request.headers.first(name: "If-Range") == etag,
      let start = Int(range.dropFirst(6).prefix { $0 != "-" })
    {
      guard start < body.count else { return Reply(status: .rangeNotSatisfiable) }
      reply.status = .partialContent
      reply.headers.append(("Content-Range", "bytes \(start)-\(body.count - 1)/\(body.count)"))
      reply.body = Array(body[start...])
    }
    return reply
  }

  fileprivate func remember(_ head: HTTPRequestHead) -> Seen {
    requests.withLock { requests in
      let seen = Seen(method: head.method, path: head.uri, headers: head.headers, number: requests.count)
      requests.append(seen)
      return seen
    }
  }
}

private final class Handler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let server: TinyServer
  private let answer: @Sendable (TinyServer.Seen) -> TinyServer.Reply
  private var head: HTTPRequestHead?

  init(server: TinyServer, answer: @escaping @Sendable (TinyServer.Seen) -> TinyServer.Reply) {
    self.server = server
    self.answer = answer
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body: break
    case .end:
      guard let head else { return }
      send(answer(server.remember(head)), to: head, context)
    }
  }

  private func send(_ reply: TinyServer.Reply, to request: HTTPRequestHead, _ context: ChannelHandlerContext) {
    if reply.isSilent { return }
    var headers = HTTPHeaders(reply.headers)
    if reply.status != .notModified { headers.replaceOrAdd(name: "Content-Length", value: "\(reply.body.count)") }
    context.write(
      wrapOutboundOut(.head(.init(version: .http1_1, status: reply.status, headers: headers))), promise: nil)
    let sent = reply.body.prefix(reply.cutAfter ?? reply.stallAfter ?? reply.body.count)
    if request.method != .HEAD, !sent.isEmpty {
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: sent)))), promise: nil)
    }
    if reply.cutAfter != nil {
      let channel = context.channel
      context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer())))).whenComplete { _ in
        channel.close(promise: nil)
      }
    } else if reply.stallAfter != nil {
      context.flush()
    } else {
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }
}
