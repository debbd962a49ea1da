package import Model

/// Receives events; several observers may listen to one build.
package typealias BuildObserver = @Sendable (BuildEvent) -> Void

/// A stage's voice: what it says reaches every observer with time and stage filled in.
package struct StageEvents: Sendable {
  package let stage: String
  private let started: ContinuousClock.Instant
  private let observer: BuildObserver

  package init(stage: String, started: ContinuousClock.Instant, observer: @escaping BuildObserver) {
    self.stage = stage
    self.started = started
    self.observer = observer
  }

  /// A step in words: `asking the mirror for 214 installer components`.
  package func step(_ text: String) { emit(.step, text: text) }

  /// A line of a child process or of the guest; control characters are replaced here, whatever the caller did.
  package func line(_ text: String) { emit(.line, text: text) }

  /// How far the stage is, 0 to 1, with what it is at.
  package func progress(_ fraction: Double, _ text: String? = nil) {
    emit(.progress, text: text, fraction: min(max(fraction, 0), 1))
  }

  /// Something a person should know though the build goes on.
  package func warning(_ text: String) { emit(.warning, text: text) }

  private func emit(_ kind: BuildEvent.Kind, text: String?, fraction: Double? = nil) {
    observer(
      BuildEvent(
        elapsed: (ContinuousClock.now - started).seconds, kind: kind, stage: stage, text: text?.printable,
        fraction: fraction))
  }
}
