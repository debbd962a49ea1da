import AsyncHTTPClient
import Model
import NIOCore
import NIOHTTP1
import NIOPosix

/// Why no mirror's answer reached the guest, with the status that says so.
struct UpstreamFailure: Error, Sendable {
  /// 502, or 504 when time ran out.
  let status: HTTPResponseStatus
  /// One line.
  let reason: String

  init(_ status: HTTPResponseStatus, _ reason: String) {
    self.status = status
    self.reason = reason
  }

  /// The failure that an error of the HTTP client means, at `host`.
  init(_ error: any Error, at host: String) {
    let late: [HTTPClientError] = [
      .deadlineExceeded, .connectTimeout, .readTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout,
    ]
    if let known = error as? HTTPClientError, late.contains(known) {
      self.init(.gatewayTimeout, "'\(host)' did not answer in time")
    } else {
      self.init(.badGateway, "cannot reach '\(host)': \(Self.text(error))")
    }
  }

  /// An answer that broke off is the failure of a connection too.
  static func text(_ error: any Error) -> String {
    switch error {
    case let known as HTTPClientError: known.shortDescription
    case let connection as NIOConnectionError:
      connection.connectionErrors.first.map { "\($0.error)" } ?? "\(connection.dnsAError ?? connection)"
    default: "\(error)"
    }
  }

  /// Whether another attempt can help; a deadline that passed would pass again.
  static func isWorthAnotherTry(_ error: any Error) -> Bool {
    guard let known = error as? HTTPClientError else { return true }
    let final: [HTTPClientError] = [.deadlineExceeded, .cancelled, .alreadyShutdown, .invalidURL, .emptyHost]
    return !final.contains(known)
  }
}

extension Duration {
  /// The span as SwiftNIO counts it.
  var timeAmount: TimeAmount { .nanoseconds(Int64(clamping: Int(seconds * 1e9))) }
}
