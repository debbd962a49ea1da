package import Model

/// One event as one line for people, the same in the log file and on a terminal without cursor control.
package enum EventText {
  /// The line, without time; nil for an event that says nothing in words.
  ///
  /// Printable, whoever made the event: what failed may be told in a guest's own words.
  package static func line(_ event: BuildEvent) -> String? { words(event)?.printable }

  private static func words(_ event: BuildEvent) -> String? {
    let stage = event.stage.map { "[\($0)] " } ?? ""
    switch event.kind {
    case .buildStarted:
      let expected = event.expected.map { ", about \(Duration.seconds($0).timeSpan) last time" } ?? ""
      return "building \(event.text ?? "")\(expected)"
    case .stageStarted:
      let expected = event.expected.map { " (\(Duration.seconds($0).timeSpan) last time)" } ?? ""
      return "\(stage)started\(expected)"
    case .step, .line:
      return event.text.map { stage + $0 }
    case .progress:
      let percent = event.fraction.map { "\(Int($0 * 100)) %" } ?? ""
      return "\(stage)\(percent)\(event.text.map { " " + $0 } ?? "")"
    case .warning:
      return "\(stage)warning: \(event.text ?? "")"
    case .stageFinished:
      let result = event.succeeded == true ? "done" : "failed"
      let text = event.text.flatMap { $0.isEmpty ? nil : ": " + $0 } ?? ""
      return "\(stage)\(result)\(text)"
    case .buildFinished:
      return event.succeeded == true ? "build finished" : "build failed: \(event.text ?? "")"
    }
  }
}
