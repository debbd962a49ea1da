import Model
import PackageDepot

/// Puts what the depot does into the build's log: every request as a line, refusals and failures as warnings.
struct DepotLog: DepotObserver {
  let events: StageEvents

  func depot(_ event: DepotEvent) {
    switch event {
    case .answered(let exchange):
      events.line("\(exchange.method) \(exchange.url) \(exchange.status) \(exchange.bytes) \(exchange.source)")
    case .refused(let url, let reason):
      events.line("refused \(url): \(reason)")
    case .failed(let url, let reason):
      events.warning("the mirror failed for '\(url)': \(reason)")
    }
  }
}
