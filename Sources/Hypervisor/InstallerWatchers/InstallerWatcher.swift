/// Understands what one kind of installer writes to the guest's ports.
///
/// A watcher is a pure state machine: lines in, observations out, no clock and no input or output, so that a recorded log tests it.
/// Lines come from a hostile guest: cleaned and bounded, but with any content.
package protocol InstallerWatcher: Sendable {
  init()

  /// Takes the next line of a channel; gives what it means, most often nothing.
  mutating func read(line: String, from channel: LogChannel) -> [InstallerObservation]
}

/// What a watcher saw.
package enum InstallerObservation: Sendable, Hashable {
  /// The installer began a step; its name for people.
  case phase(String)
  /// How much of the whole installation is done: 0 to 1, never falling.
  case progress(Double)
  /// The installer waits for an answer to this question; ``answered`` takes it back.
  case question(InstallerQuestion)
  case answered
  /// Worth telling, not a reason to stop.
  case warning(String)
  /// The installation cannot succeed any more.
  case failure(InstallerProblem)
  /// The installer's own last word after everything worked: only a power-off is missing.
  case finished
}

/// A question that an installer asks on its screen, where nobody sits.
package struct InstallerQuestion: Sendable, Hashable {
  /// The installer's own name of it: a debconf key.
  package var key: String
  package var priority: String

  package init(key: String, priority: String) {
    self.key = key
    self.priority = priority
  }

  /// A prompt that was seen on the console before the log named its question.
  package static let unnamed = InstallerQuestion(key: "a prompt on the console", priority: "unknown")

  /// Whether the key is the installer's own name of it.
  package var isNamed: Bool { self != InstallerQuestion.unnamed }
}

/// Why an installation fails, as far as the log tells.
package struct InstallerProblem: Sendable, Hashable {
  /// Lower case, no full stop.
  package var reason: String
  package var hint: String?
  /// Whether the guest's kernel died, not only the installer in it.
  package var isPanic: Bool

  package init(_ reason: String, hint: String? = nil, isPanic: Bool = false) {
    self.reason = reason
    self.hint = hint
    self.isPanic = isPanic
  }
}
