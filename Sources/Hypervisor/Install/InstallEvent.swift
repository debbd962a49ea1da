/// What happens during an installation, for whoever draws it, stores it or measures it.
package enum InstallEvent: Sendable, Hashable {
  /// A line of the guest's, cleaned and free of secrets.
  case line(LogChannel, String)
  case phase(String)
  /// How much is done: 0 to 1, never falling.
  case progress(Double)
  /// The installer asks; unanswered it will end the installation.
  case question(InstallerQuestion)
  case warning(String)
  case domain(DomainChange)
  /// The installer says that it is done; the power-off is awaited.
  case finished
}
