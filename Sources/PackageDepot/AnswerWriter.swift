import Glibc
import Model
import NIOCore
import NIOHTTP1

/// Writes one answer to the guest, framed for its connection.
///
/// Every write waits until the kernel has taken the bytes: a slow guest slows the mirror down instead of filling memory,
/// and nothing is lost when the connection is closed right after.
struct AnswerWriter: Sendable {
  let channel: any Channel
  let request: HTTPRequestHead
  let silence: Duration

  /// What became of an answer.
  struct Outcome: Sendable {
    let bytes: Int64
    /// False when the connection cannot be used for another request.
    let keepsConnection: Bool
  }

  /// An answer that broke off; the guest's connection must be closed, so that it cannot take a part for the whole.
  struct Broken: Error {
    let reason: String
  }

  /// HTTP/1.0 knows no chunks, and keeps a connection only when told so.
  private var isOldClient: Bool { (request.version.major, request.version.minor) < (1, 1) }

  /// - Throws: `Broken` when the source failed, any other error when the guest did.
  func write(_ answer: DepotAnswer, closing: Bool = false) async throws -> Outcome {
    var headers = answer.headers
    var keeps = request.isKeepAlive && !closing
    switch answer.body {
    case .none(let length): if let length { headers.replaceOrAdd(name: "Content-Length", value: "\(length)") }
    case .bytes(let buffer): headers.replaceOrAdd(name: "Content-Length", value: "\(buffer.readableBytes)")
    case .stream(_, let length?, _): headers.replaceOrAdd(name: "Content-Length", value: "\(length)")
    case .stream(_, nil, let endMarked):
      if endMarked, !isOldClient {
        headers.replaceOrAdd(name: "Transfer-Encoding", value: "chunked")
      } else {
        keeps = false
      }
    }
    if !keeps {
      headers.replaceOrAdd(name: "Connection", value: "close")
    } else if isOldClient {
      headers.replaceOrAdd(name: "Connection", value: "keep-alive")
    }
    let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
    let bytes = try await write(head, answer.body)
    return Outcome(bytes: bytes, keepsConnection: keeps)
  }

  private func write(_ head: HTTPResponseHead, _ body: DepotBody) async throws -> Int64 {
    var bytes: Int64 = 0
    switch body {
    case .none:
      channel.write(HTTPServerResponsePart.head(head), promise: nil)
    case .bytes(let buffer):
      bytes = Int64(buffer.readableBytes)
      channel.write(HTTPServerResponsePart.head(head), promise: nil)
      if request.method != .HEAD { channel.write(HTTPServerResponsePart.body(.byteBuffer(buffer)), promise: nil) }
    case .stream(let chunks, let length, let endMarked):
      try await channel.writeAndFlush(HTTPServerResponsePart.head(head))
      bytes = try await pump(chunks, length: length, resetWhenCut: length == nil && !endMarked)
      if let length {
        guard bytes == length else { throw Broken(reason: "the mirror sent \(bytes) of \(length) bytes") }
        // Writes nothing more to a guest that has everything, and may be gone with it.
        try? await channel.writeAndFlush(HTTPServerResponsePart.end(nil))
        return bytes
      }
    }
    try await channel.writeAndFlush(HTTPServerResponsePart.end(nil))
    return bytes
  }

  private func pump(_ chunks: DepotBody.Chunks, length: Int64?, resetWhenCut: Bool) async throws -> Int64 {
    // Without a length and an end mark a plain close would look like the end of the body: a reset does not.
    let channel = channel
    let abort: @Sendable () -> Void = {
      if resetWhenCut { Self.resetOnClose(channel) }
      channel.close(promise: nil)
    }
    let watch = SilenceWatch(limit: silence.timeAmount, on: channel.eventLoop, onSilence: abort)
    defer { watch.cancel() }
    do {
      let bytes = try await relay(chunks, length: length, watch)
      // A cancelled stream may end as if it were complete.
      if bytes != length { try Task.checkCancellation() }
      return bytes
    } catch {
      if resetWhenCut { Self.resetOnClose(channel) }
      if watch.hasExpired { throw Broken(reason: "the mirror sent nothing for \(silence.timeSpan)") }
      throw error
    }
  }

  private func relay(_ chunks: some AsyncSequence<ByteBuffer, any Error>, length: Int64?, _ watch: SilenceWatch)
    async throws -> Int64
  {
    var bytes: Int64 = 0
    var iterator = chunks.makeAsyncIterator()
    while true {
      watch.startWaiting()
      let chunk: ByteBuffer?
      do {
        chunk = try await iterator.next()
      } catch {
        if bytes == length { return bytes }
        try Task.checkCancellation()
        throw Broken(reason: "the mirror's answer broke off: \(UpstreamFailure.text(error))")
      }
      watch.stopWaiting()
      guard let chunk else { return bytes }
      try await channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(chunk)))
      bytes += Int64(chunk.readableBytes)
    }
  }

  private static func resetOnClose(_ channel: any Channel) {
    (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenFailure { _ in }
  }
}
