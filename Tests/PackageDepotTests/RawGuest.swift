import NIOCore
import NIOPosix

/// A guest that says exactly what a test wants, and reads only when the test does.
struct RawGuest: Sendable {
  private let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>

  /// Connects, hands itself to `body`, and hangs up.
  static func connect<Result: Sendable>(
    to port: Int, _ body: @escaping @Sendable (Reader, NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws -> Result
  ) async throws -> Result {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      try await body(Reader(iterator: inbound.makeAsyncIterator()), outbound)
    }
  }

  final class Reader: @unchecked Sendable {
    private var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    init(iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator) { self.iterator = iterator }

    /// The next bytes, or nil when the depot hung up.
    func next() async throws -> ByteBuffer? { try await iterator.next() }

    /// Everything up to the end of the connection.
    func all() async throws -> String {
      var text = ""
      while let bytes = try await next() { text += String(buffer: bytes) }
      return text
    }

    func count() async throws -> Int {
      var bytes = 0
      while let part = try await next() { bytes += part.readableBytes }
      return bytes
    }
  }

  /// Sends `request` and gives everything that comes back until the depot hangs up.
  static func ask(_ port: Int, _ request: String) async throws -> String {
    try await connect(to: port) { reader, writer in
      try await writer.write(ByteBuffer(string: request))
      return try await reader.all()
    }
  }
}
