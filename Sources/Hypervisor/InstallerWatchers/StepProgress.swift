/// The steps of an installer in their order with the share of the time each takes, and how far it is: for watchers whose installer
/// names its steps and counts inside some of them.
struct StepProgress {
  /// Titles for people, and shares: seconds of a typical installation.
  private let steps: [(title: String, share: Double)]
  private let total: Double
  private var current = 0
  private var reached = 0.0
  private var isFinished = false

  init(_ steps: [(title: String, share: Double)]) {
    self.steps = steps
    total = max(1, steps.map(\.share).reduce(0, +))
  }

  /// The step that is under way.
  var title: String { steps[current].title }

  /// Goes on to a step; going back and staying mean nothing.
  mutating func enter(_ title: String) -> [InstallerObservation] {
    guard let index = steps.firstIndex(where: { $0.title == title }), index > current else { return [] }
    current = index
    return [.phase(title)] + advance(0)
  }

  /// `fraction` of the step is done: 0 to 1.
  mutating func advance(_ fraction: Double) -> [InstallerObservation] {
    let before = steps[..<current].map(\.share).reduce(0, +)
    // The end is reached by the last word only.
    let now = min(0.999, (before + steps[current].share * min(1, max(0, fraction))) / total)
    guard now >= reached + 0.001 else { return [] }
    reached = now
    return [.progress(now)]
  }

  /// The installer's last word; nothing when it was said before.
  mutating func finish() -> [InstallerObservation] {
    guard !isFinished else { return [] }
    isFinished = true
    reached = 1
    return [.progress(1), .finished]
  }
}
