/// A line that our own scripts in the guest write to the installer's log port, so that progress, failure and success are known
/// whatever the installer itself prints.
public enum GuestEvent: Sendable, Hashable {
  /// A step began; its name for people.
  case phase(String)
  /// The installation cannot succeed any more.
  case failure(String)
  /// The installer did its last step; only the power-off is missing.
  case finished

  /// What every such line begins with. Scripts of the guest write `PREFIX phase NAME`, `PREFIX error REASON`, `PREFIX done`.
  public static let prefix = "image-factory-event:"

  /// Reads a line of the guest; nil when it is no event. Anything may stand before the prefix (a log's time stamp).
  public init?(line: String) {
    guard let range = line.firstRange(of: GuestEvent.prefix) else { return nil }
    let words = line[range.upperBound...].split(separator: " ", maxSplits: 1)
    let rest = words.count > 1 ? String(words[1].prefix(200)) : ""
    switch words.first {
    case "phase" where !rest.isEmpty: self = .phase(rest)
    case "error": self = .failure(rest.isEmpty ? "the installer reported an error" : rest)
    case "done": self = .finished
    default: return nil
    }
  }

  /// The line as a script writes it.
  public var line: String {
    switch self {
    case .phase(let name): "\(GuestEvent.prefix) phase \(name)"
    case .failure(let reason): "\(GuestEvent.prefix) error \(reason)"
    case .finished: "\(GuestEvent.prefix) done"
    }
  }
}
