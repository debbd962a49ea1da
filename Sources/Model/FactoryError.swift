/// The one error that crosses targets: what failed, why, and what to do next.
///
/// Leaf wrappers (libvirt, libparted, libext2fs, downloads) throw typed errors of their own; the stage, which knows what the
/// user wanted, turns them into this.
public struct FactoryError: Error, Sendable {
  /// What the process exits with.
  public var status: ExitStatus
  /// Lower case, no full stop, quotes around the user's own words.
  public var message: String
  public var hint: String?
  public var location: SourceLocation?
  /// Lines that show the reason: the end of a log, the output of a command. Already free of secrets and control characters.
  public var details: [String]
  /// Further problems reported with this one, when many were found at once.
  public var findings: [Finding]

  public init(
    _ status: ExitStatus, _ message: String, hint: String? = nil, at location: SourceLocation? = nil,
    details: [String] = [], findings: [Finding] = []
  ) {
    self.status = status
    self.message = message
    self.hint = hint
    self.location = location
    self.details = details
    self.findings = findings
  }

  /// The error for a set of findings with at least one error among them; nil when there are only warnings.
  ///
  /// The exit status is that of the first error, config before host: a broken config makes host findings unreliable.
  public init?(_ findings: [Finding], of what: String) {
    let errors = findings.filter { $0.severity == .error }
    guard let worst = errors.min(by: { $0.status.rawValue < $1.status.rawValue }) else { return nil }
    let count = errors.count == 1 ? "1 problem" : "\(errors.count) problems"
    self.init(worst.status, "\(what): \(count), nothing was started", findings: findings)
  }
}

extension FactoryError: CustomStringConvertible {
  public var description: String { message }
}
