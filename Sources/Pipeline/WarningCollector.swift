import Model
import Synchronization

/// Gathers the warnings of a build for its report, each once.
final class WarningCollector: Sendable {
  private let warnings = Mutex<[String]>([])

  func add(_ text: String) {
    warnings.withLock { if !$0.contains(text) { $0.append(text) } }
  }

  var all: [String] { warnings.withLock { $0 } }
}

extension Finding {
  /// Place, message and hint in one line, for a report.
  var sentence: String {
    (location.map { "\($0): " } ?? "") + message + (hint.map { " (\($0))" } ?? "")
  }
}
