import Model

/// Whether the scripts of an answer file that we wrote did their work: openSUSE's installers go on when a script fails or is lost.
struct AnswerScripts {
  private var began = false
  private var completed = false

  /// What our scripts say first and last.
  static let first = "the profile is read"
  static let last = "the system is complete"

  /// What the line of a script means; nil when it is no event. A script's own text in a log is none.
  mutating func read(_ line: String) -> [InstallerObservation]? {
    guard let event = GuestEvent(line: line), !line.contains("echo ") else { return nil }
    if case .phase(let name) = event {
      began = began || name == Self.first
      completed = completed || name == Self.last
    }
    return GuestEventLines.read(line)
  }

  /// Why the installation failed though its installer says that it is done; nil when nothing speaks against it. A user's own answer
  /// file has no scripts of ours.
  var problem: InstallerProblem? {
    guard began, !completed else { return nil }
    return InstallerProblem(
      "the answer file's script did not run to its end in the finished system",
      hint: "the lines of the installer's log show why")
  }
}
