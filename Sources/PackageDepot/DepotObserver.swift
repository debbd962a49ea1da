/// Told about everything a depot does; called from many tasks at once, it must return quickly.
package protocol DepotObserver: Sendable {
  /// One thing that happened.
  func depot(_ event: DepotEvent)
}

/// What happened at a depot; texts from the guest are shortened and free of control characters.
package enum DepotEvent: Sendable, Hashable {
  /// The guest got a whole answer.
  case answered(DepotExchange)
  /// The guest, or somebody who is not the guest, was turned away.
  case refused(url: String, reason: String)
  /// No mirror answered, or an answer broke off.
  case failed(url: String, reason: String)
}

/// One request with its answer.
package struct DepotExchange: Sendable, Hashable {
  /// `GET` or `HEAD`.
  package let method: String
  /// As the guest asked for it.
  package let url: String
  /// The HTTP status the guest got.
  package let status: Int
  /// Bytes of body the guest got.
  package let bytes: Int64
  /// Who answered: `pin` or `mirror`.
  package let source: String
  /// From the request's end to the answer's.
  package let duration: Duration
}
