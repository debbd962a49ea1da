import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A real HTTP server on a port of its own that answers as a test says, well or badly.
final class TestMirror: Sendable {
  typealias Script = @Sendable (HTTPRequestHead, Answer) async throws -> Void

  /// The connection a script answers on.
  struct Answer: Sendable {
    let channel: any Channel

    func head(
      _ status: HTTPResponseStatus = .ok, _ headers: HTTPHeaders = [:], version: HTTPVersion = .http1_1
    ) async throws {
      try await channel.writeAndFlush(
        HTTPServerResponsePart.head(.init(version: version, status: status, headers: headers)))
    }
    func body(_ bytes: some Sequence<UInt8>) async throws {
      try await channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: bytes))))
    }
    func body(_ buffer: ByteBuffer) async throws {
      try await channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(buffer)))
    }
    func end() async throws { try await channel.writeAndFlush(HTTPServerResponsePart.end(nil)) }
    func cut() async throws { try await channel.close() }

    /// A whole answer.
    func send(_ text: String, _ status: HTTPResponseStatus = .ok, _ headers: HTTPHeaders = [:]) async throws {
      var headers = headers
      headers.replaceOrAdd(name: "Content-Length", value: "\(text.utf8.count)")
      try await head(status, headers)
      try await body(text.utf8)
      try await end()
    }
  }

  private let server: any Channel
  private let requests: Requests
  let address: String
  let port: Int

  final class Requests: Sendable {
    private let heads = Mutex<[HTTPRequestHead]>([])
    func add(_ head: HTTPRequestHead) { heads.withLock { $0.append(head) } }
    var all: [HTTPRequestHead] { heads.withLock { $0 } }
  }

  private init(server: any Channel, requests: Requests, address: String, port: Int) {
    (self.server, self.requests, self.address, self.port) = (server, requests, address, port)
  }

  /// `host:port` as the depot's settings have it.
  var host: String { "\(address):\(port)" }
  var url: String { "http://\(host)" }
  /// Every request so far.
  var seen: [HTTPRequestHead] { requests.all }

  static func start(on address: String = "127.0.0.1", _ script: @escaping Script) async throws -> TestMirror {
    let requests = Requests()
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 256)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
          let guest = try NIOAsyncChannel<HTTPServerRequestPart, Never>(wrappingChannelSynchronously: channel)
          Task {
            try? await guest.executeThenClose { inbound in
              var head: HTTPRequestHead?
              for try await part in inbound {
                if case .head(let next) = part { head = next }
                guard case .end = part, let request = head else { continue }
                requests.add(request)
                try await script(request, Answer(channel: channel))
              }
            }
          }
        }
      }
      .bind(host: address, port: 0).get()
    return TestMirror(server: server, requests: requests, address: address, port: server.localAddress?.port ?? 0)
  }

  func close() async { try? await server.close() }
}
