/// How an installation ended.
package enum InstallOutcome: Sendable, Hashable {
  /// The installer's own last word *and* the guest's own power-off.
  case succeeded(took: Duration)
  case failed(InstallFailure)
}

/// Why an installation failed.
package struct InstallFailure: Error, Sendable, Hashable {
  /// Kinds of failure, for code that decides by them.
  package enum Cause: Sendable, Hashable {
    /// The installer asked something that the answer file does not answer.
    case question(key: String)
    /// The installer itself said what failed.
    case installer
    /// The guest's kernel died.
    case panic
    /// Powered off without the installer's last word.
    case unfinished
    /// libvirt says that the guest crashed.
    case crashed
    /// QEMU itself died.
    case hypervisor
    /// Somebody destroyed the domain.
    case destroyed
    /// Reading or writing the disk failed on the host.
    case diskError
    case timedOut
    case silent
    case phaseTooLong
    /// The libvirt daemon died; QEMU may still run.
    case daemonDied
    /// There is no such domain.
    case notStarted
    case cancelled
  }

  package var cause: Cause
  /// Lower case, no full stop, free of secrets and control characters.
  package var message: String
  package var hint: String?
  /// The step it happened in; nil before the first.
  package var phase: String?
  /// The last lines of the console, then those of the installer's log: cleaned, free of secrets.
  package var consoleLines: [String] = []
  package var installerLines: [String] = []
}

extension InstallFailure: CustomStringConvertible {
  package var description: String { message }
}
