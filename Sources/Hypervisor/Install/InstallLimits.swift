package import Model

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

  /// Sane ones: an installation that takes 11 to 41 minutes under TCG on two cores takes 2 to 5 under KVM.
  package static func usual(for accelerator: Accelerator) -> InstallLimits {
    switch accelerator {
    case .kvm: InstallLimits(overall: .seconds(3600), inactivity: .seconds(600), phase: .seconds(1800))
    case .tcg: InstallLimits(overall: .seconds(4 * 3600), inactivity: .seconds(1200), phase: .seconds(2 * 3600))
    }
  }
}
