import Foundation
import Model
import Pipeline
import Synchronization

/// How a build is shown while it runs.
enum ProgressView {
  /// One line per stage with a bar on a terminal, timestamped lines elsewhere, one object per event with `--json`.
  static func observer(json: Bool, verbose: Bool) -> BuildObserver {
    if json { return { Console.out(EncodedJSON.line($0)) } }
    if Console.outputIsTerminal, !verbose { return TerminalBar().observer }
    return LineLog(verbose: verbose).observer
  }
}

/// Timestamped lines for logs and Jenkins: as much as the bar says, never more than a line per percent step and phase.
private final class LineLog: Sendable {
  private struct Shown {
    var stage: String?
    var text: String?
    var step = -1
  }

  private let shown = Mutex(Shown())
  private let verbose: Bool

  init(verbose: Bool) { self.verbose = verbose }

  var observer: BuildObserver {
    { [self] event in
      guard wanted(event), let text = EventText.line(event) else { return }
      Console.out("\(LineLog.time()) \(text)")
    }
  }

  private func wanted(_ event: BuildEvent) -> Bool {
    if event.kind == .line { return verbose }
    guard event.kind == .progress else { return true }
    return shown.withLock { last in
      if last.stage != event.stage { last = Shown(stage: event.stage) }
      let step = Int((event.fraction ?? 0) * 20)
      let isNew = step > last.step || (event.text != nil && event.text != last.text)
      last.step = max(step, last.step)
      last.text = event.text ?? last.text
      return isNew
    }
  }

  private static func time() -> String {
    var now = Foundation.time(nil)
    var parts = tm()
    localtime_r(&now, &parts)
    var buffer = [CChar](repeating: 0, count: 32)
    let length = strftime(&buffer, buffer.count, "%H:%M:%S", &parts)
    return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// One line per stage: the running one is redrawn with a bar, elapsed and expected time.
private final class TerminalBar: Sendable {
  private struct State {
    var stage: String?
    var started = 0.0
    var fraction: Double?
    var expected: Double?
    var text = ""
  }

  private let state = Mutex(State())
  private let began = ContinuousClock.now

  /// Redraws each second as well: hashing and uploading say nothing for minutes, and a clock that stands still looks like a hang.
  var observer: BuildObserver {
    Task { [self] in
      while (try? await Task.sleep(for: .seconds(1))) != nil {
        state.withLock { draw($0, at: (ContinuousClock.now - began).seconds) }
      }
    }
    return { [self] event in show(event) }
  }

  private func show(_ event: BuildEvent) {
    state.withLock { state in
      switch event.kind {
      case .stageStarted:
        state = State(stage: event.stage, started: event.elapsed, expected: event.expected)
        draw(state, at: event.elapsed)
      case .progress, .step:
        state.fraction = event.fraction ?? state.fraction
        state.text = event.text ?? state.text
        draw(state, at: event.elapsed)
      case .line:
        draw(state, at: event.elapsed)
      case .warning:
        Console.raw("\r\u{1B}[K")
        Console.out(EventText.line(event) ?? "")
        draw(state, at: event.elapsed)
      case .stageFinished:
        let time = Duration.seconds(event.elapsed - state.started).timeSpan
        let mark = event.succeeded == true ? "done" : "FAILED"
        Console.raw("\r\u{1B}[K")
        Console.out(
          "\(pad(event.stage ?? "", 12)) \(pad(mark, 7)) \(pad(time, 13)) \(event.text ?? "")".clipped(Console.columns))
        state.stage = nil
      case .buildStarted:
        Console.out(EventText.line(event) ?? "")
      case .buildFinished:
        break
      }
    }
  }

  private func draw(_ state: State, at elapsed: Double) {
    guard let stage = state.stage else { return }
    let seconds = elapsed - state.started
    let fraction = state.fraction ?? state.expected.map { min(seconds / max($0, 1), 0.99) }
    let width = 24
    let filled = Int((fraction ?? 0) * Double(width))
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
    let percent = fraction.map { pad("\(Int($0 * 100)) %", 5) } ?? "     "
    let expected = state.expected.map { " of about \(Duration.seconds($0).timeSpan)" } ?? ""
    let time = Duration.seconds(seconds).timeSpan + expected
    Console.raw(
      "\r\u{1B}[K" + "\(pad(stage, 12)) [\(bar)] \(percent) \(time)  \(state.text)".clipped(Console.columns - 1))
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}

extension String {
  fileprivate func clipped(_ width: Int) -> String {
    count <= width ? self : String(prefix(max(0, width - 1))) + "…"
  }
}
