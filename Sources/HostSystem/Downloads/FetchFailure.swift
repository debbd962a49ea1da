import AsyncHTTPClient
import Model
import NIOCore
import NIOHTTP1

/// Why one attempt at one place did not give the file.
struct FetchFailure: Error, Sendable, CustomStringConvertible {
  /// The place, without a password.
  var source: String
  /// Why, in words that follow the place and a colon.
  var reason: String
  /// Whether another attempt at the same place may help.
  var mayPass: Bool
  /// The HTTP status, when there was an answer.
  var status: Int?

  init(_ source: String, _ reason: String, mayPass: Bool, status: Int? = nil) {
    self.source = SourceURL.shown(source)
    self.reason = reason
    self.mayPass = mayPass
    self.status = status
  }

  var description: String { "\(source): \(reason)" }

  /// What went wrong below HTTP; the place may answer again in a moment.
  init(_ source: String, transport error: any Error, limits: HTTPClientSession.Limits) {
    self.init(source, FetchFailure.words(for: error, limits), mayPass: true)
  }

  /// Whether an error while a body is read comes from the network: not from this program, its disk or a cancellation.
  static func isTransport(_ error: any Error) -> Bool {
    !(error is FetchFailure || error is FactoryError || error is CancellationError)
  }

  private static func words(for error: any Error, _ limits: HTTPClientSession.Limits) -> String {
    switch error {
    case let error as HTTPClientError where error == .connectTimeout:
      return "no connection within \(limits.connect.timeSpan)"
    case let error as HTTPClientError where error == .readTimeout:
      return "nothing received for \(limits.silence.timeSpan)"
    case let error as HTTPClientError where error == .remoteConnectionClosed:
      return "the connection was closed too early"
    case HTTPParserError.invalidEOFState, HTTPParserError.closedConnection:
      return "the connection was closed too early"
    case let error as HTTPClientError:
      return error.shortDescription.prefix(1).lowercased() + error.shortDescription.dropFirst()
    case let error as HTTPParserError:
      return "not HTTP: \(error.debugDescription)"
    case let error as IOError:
      return SystemFailure.reason(error.errnoCode)
    default:
      return connectionWords(for: error) ?? String("\(error)".printable.prefix(200))
    }
  }

  /// NIO's error for a host that cannot be reached holds one error per address; its type is in NIOPosix, which this room has no
  /// other use for, so it is read by reflection.
  private static func connectionWords(for error: any Error) -> String? {
    let fields = Dictionary(
      Mirror(reflecting: error).children.map { ($0.label ?? "", $0.value) }, uniquingKeysWith: { first, _ in first })
    guard let attempts = fields["connectionErrors"] else { return nil }
    for attempt in Mirror(reflecting: attempts).children {
      for field in Mirror(reflecting: attempt.value).children {
        if let reason = field.value as? IOError { return "cannot connect: \(SystemFailure.reason(reason.errnoCode))" }
        if field.value is ChannelError { return "cannot connect in time" }
      }
    }
    return "no address is known for the host '\((fields["host"] as? String ?? "").printable)'"
  }
}

/// The first bytes of an answer, as an error may show them.
enum FirstBytes {
  /// How many are looked at.
  static let count = 120

  /// `; begins with '…'`, or nothing for an empty body.
  static func shown(_ bytes: [UInt8]) -> String {
    guard !bytes.isEmpty else { return "; empty" }
    let text = String(decoding: bytes.prefix(count), as: UTF8.self)
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ").printable
    return "; begins with '\(words)'"
  }

  /// Whether this is a page for people rather than a file: proxies and login portals give one with status 200.
  static func areHTML(_ bytes: [UInt8]) -> Bool {
    let start = String(decoding: bytes.prefix(FirstBytes.count), as: UTF8.self).trimmingBlanks.lowercased()
    return start.hasPrefix("<!doctype html") || start.hasPrefix("<html")
  }
}
