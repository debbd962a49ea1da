import Synchronization

/// What a depot did so far, for the build's report.
package struct DepotStatistics: Sendable, Hashable {
  /// Requests that got their whole answer.
  package var requests = 0
  /// Those of them that the pinned suite answered.
  package var requestsFromPin = 0
  /// Bytes of body that the guest received in whole answers.
  package var bytesToGuest: Int64 = 0
  /// Requests turned away with 403 or 405.
  package var refused = 0
  /// The last reason per URL that no mirror could serve, or that broke off; the first 500 URLs.
  package var failures: [String: String] = [:]
  /// How often a mirror said 404 or 410, by URL; the first 500 URLs.
  package var missing: [String: Int] = [:]

  package init() {}

  mutating func count(_ event: DepotEvent) {
    // A hostile guest can invent URLs for ever; the report needs the first ones.
    let limit = 500
    switch event {
    case .answered(let exchange):
      requests += 1
      bytesToGuest += exchange.bytes
      if exchange.source == "pin" { requestsFromPin += 1 }
      if [404, 410].contains(exchange.status), missing[exchange.url] != nil || missing.count < limit {
        missing[exchange.url, default: 0] += 1
      }
    case .refused:
      refused += 1
    case .failed(let url, let reason):
      if failures[url] != nil || failures.count < limit { failures[url] = reason }
    }
  }
}

/// The observer that counts.
final class StatisticsCollector: DepotObserver {
  private let counted = Mutex(DepotStatistics())

  func depot(_ event: DepotEvent) {
    counted.withLock { $0.count(event) }
  }

  var statistics: DepotStatistics { counted.withLock { $0 } }
}
