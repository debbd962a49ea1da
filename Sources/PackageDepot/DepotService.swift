import Model
import NIOCore
import NIOHTTP1

/// What all connections of a depot share.
final class DepotService: Sendable {
  let settings: DepotSettings
  let rules: RequestRules
  let peerCheck: any PeerCheck
  let connections: OpenConnections
  private let sources: [any AnswerSource]
  private let observers: [any DepotObserver]

  init(
    _ settings: DepotSettings, peerCheck: any PeerCheck, sources: [any AnswerSource], observers: [any DepotObserver]
  ) {
    self.settings = settings
    self.peerCheck = peerCheck
    self.sources = sources
    self.observers = observers
    rules = RequestRules(settings)
    connections = OpenConnections(limit: settings.maximumConnections)
  }

  /// Runs a new connection in a task of its own, which ends with the connection.
  func adopt(_ guest: NIOAsyncChannel<HTTPServerRequestPart, Never>) {
    let channel = guest.channel
    guard connections.add(channel) else {
      observe(.refused(url: "", reason: "too many connections at once"))
      Task { try? await guest.executeThenClose { _ in } }
      return
    }
    let work = Task {
      let connection = GuestConnection(channel: channel, service: self)
      try? await guest.executeThenClose { inbound in await connection.run(inbound) }
      self.connections.remove(channel)
    }
    // When the guest hangs up, the mirror is not asked for the rest.
    channel.closeFuture.whenComplete { _ in work.cancel() }
  }

  /// The answer of the first source that has one, and that source's name.
  ///
  /// - Throws: `CancellationError` only; a failing mirror is an answer too.
  func answer(to request: DepotRequest) async throws -> (answer: DepotAnswer, source: String) {
    do {
      for source in sources {
        if let answer = try await source.answer(to: request) { return (answer, source.name) }
      }
      return (.reason(.notFound, "nobody has this file"), "depot")
    } catch let failure as UpstreamFailure {
      observe(.failed(url: shown(request.target.url), reason: failure.reason))
      return (.reason(failure.status, failure.reason.printable), "depot")
    }
  }

  func observe(_ event: DepotEvent) {
    for observer in observers { observer.depot(event) }
  }

  /// A URL as logs may have it.
  func shown(_ url: String) -> String { String(url.prefix(300)).printable }
}
