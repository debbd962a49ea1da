import NIOCore
import NIOHTTP1

/// One place answers come from: the pinned suite, a mirror; later a cache or a recording in front of them.
///
/// The depot asks its sources in order and takes the first answer; a source that wraps another can look at, keep or
/// replace what passes.
protocol AnswerSource: Sendable {
  /// For statistics and logs: `pin`, `mirror`.
  var name: String { get }

  /// The answer, or nil when the request is not for this source.
  ///
  /// - Throws: `UpstreamFailure` for what the guest shall see as 502 or 504; `CancellationError` when the guest is gone.
  func answer(to request: DepotRequest) async throws -> DepotAnswer?
}

/// A request of the guest that passed every check; its headers are those that may be handed on.
struct DepotRequest: Sendable {
  var method: HTTPMethod
  var target: ProxyTarget
  var headers: HTTPHeaders
}

/// What the guest is told; headers without framing and hop-by-hop fields, which belong to one connection only.
struct DepotAnswer: Sendable {
  var status: HTTPResponseStatus
  var headers: HTTPHeaders
  var body: DepotBody
}

/// The body of an answer, and how the receiver knows where it ends.
enum DepotBody: Sendable {
  typealias Chunks = any AsyncSequence<ByteBuffer, any Error> & Sendable

  /// No body; the length is what a `HEAD` tells about the body a `GET` would have.
  case none(length: Int64?)
  case bytes(ByteBuffer)
  /// A stream; `length` is nil when its sender did not say, `endMarked` says whether its end was marked (chunked) rather
  /// than told by closing the connection.
  case stream(Chunks, length: Int64?, endMarked: Bool)

  /// A body of text for people: one line.
  static func line(_ text: String) -> DepotBody { .bytes(ByteBuffer(string: text + "\n")) }
}

extension DepotAnswer {
  /// A refusal or failure of the depot's own, with one line that says why.
  static func reason(_ status: HTTPResponseStatus, _ text: String) -> DepotAnswer {
    DepotAnswer(
      status: status, headers: ["Content-Type": "text/plain; charset=utf-8"], body: .line("image-factory: \(text)"))
  }
}
