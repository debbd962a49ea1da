/// One thing that planning or preflight has to say about the config or the host.
///
/// Findings are collected, never thrown one by one: a person gets all of them in one go.
public struct Finding: Sendable, Hashable, Codable {
  public enum Severity: String, Sendable, Codable, Comparable {
    case warning
    case error

    public static func < (left: Severity, right: Severity) -> Bool {
      left == .warning && right == .error
    }
  }

  public var severity: Severity
  /// What the process exits with when this is an error.
  public var status: ExitStatus
  /// Lower case, no full stop, quotes around the user's own words.
  public var message: String
  /// What to do next; nil when the message says it all.
  public var hint: String?
  public var location: SourceLocation?

  public init(
    _ severity: Severity, _ status: ExitStatus, _ message: String, hint: String? = nil,
    at location: SourceLocation? = nil
  ) {
    self.severity = severity
    self.status = status
    self.message = message
    self.hint = hint
    self.location = location
  }

  /// A problem of the config (exit status 3).
  public static func config(
    _ message: String, hint: String? = nil, at location: SourceLocation? = nil
  ) -> Finding {
    Finding(.error, .configInvalid, message, hint: hint, at: location)
  }

  /// A problem of the host (exit status 4).
  public static func host(_ message: String, hint: String? = nil) -> Finding {
    Finding(.error, .hostNotReady, message, hint: hint)
  }

  public static func warning(
    _ message: String, hint: String? = nil, at location: SourceLocation? = nil
  ) -> Finding {
    Finding(.warning, .done, message, hint: hint, at: location)
  }
}
