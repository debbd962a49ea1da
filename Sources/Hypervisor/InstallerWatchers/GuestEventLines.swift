import Model

/// Lines that our own scripts in the guest write to the installer's log port, for the watchers of every installer.
enum GuestEventLines {
  /// What the line means; nil when it is none of ours.
  static func read(_ line: String) -> [InstallerObservation]? {
    switch GuestEvent(line: line) {
    case nil: nil
    case .phase(let name): [.phase(name)]
    case .failure(let reason): [.failure(InstallerProblem(reason))]
    case .finished: [.finished]
    }
  }
}
