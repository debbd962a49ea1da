/// How long an installation may take; every limit ends it with a reason of its own.
package struct InstallLimits: Sendable, Hashable, Codable {
  /// The whole installation.
  package var overall: Duration
  /// Without a new byte in the logs. While the disk is still written the guest gets up to three times as long.
  package var inactivity: Duration
  /// One step of the installer; nil: no limit of its own.
  package var phase: Duration?
  /// How long a question may stay on the screen: time for notes that go away by themselves.
  package var question: Duration
  /// How long to read on after the end, for the last lines.
  package var settling: Duration

  package init(
    overall: Duration, inactivity: Duration, phase: Duration? = nil, question: Duration = .seconds(10),
    settling: Duration = .seconds(3)
  ) {
    self.overall = overall
    self.inactivity = inactivity
    self.phase = phase
    self.question = question
    self.settling = settling
  }
}
