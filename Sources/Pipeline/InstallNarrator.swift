import Hypervisor
import Model
import Synchronization

/// Tells an installation in the words of a stage: phases, progress, lines.
final class InstallNarrator: Sendable {
  private let events: StageEvents
  private let phase = Mutex<(title: String, fraction: Double)>(("", 0))

  init(events: StageEvents) { self.events = events }

  func tell(_ event: InstallEvent) {
    switch event {
    case .line(let channel, let text):
      events.line("\(channel.rawValue): \(text)")
    case .phase(let title):
      let fraction = phase.withLock { state in
        state.title = title
        return state.fraction
      }
      events.progress(fraction, title)
    case .progress(let fraction):
      let title = phase.withLock { state in
        state.fraction = fraction
        return state.title
      }
      events.progress(fraction, title)
    case .question(let question):
      events.warning("the installer asks '\(question.key)' (priority \(question.priority))")
    case .warning(let text):
      events.warning(text)
    case .domain(let change):
      events.line("domain: \(change)")
    case .finished:
      events.step("the installer says that it is done; waiting for the power-off")
    }
  }
}
