import Model

/// Watches Anaconda: its screen on the first serial port, on the second its logs and the lines of our own sections, or the whole
/// syslog when the Kickstart file is the user's (`inst.virtiolog=`).
///
/// The installer's own last word in its log is the success; the screen's `Complete!` counts for files that send no log. When it
/// gives up, Anaconda runs `%onerror`, sleeps three minutes and switches off as after success: a file of ours then sends its line,
/// for which the words of the screen are kept, so that scripts of the user's can end first.
package struct AnacondaWatcher: InstallerWatcher {
  private var phase = 0
  private var reached = 0.0
  private var isFinished = false
  /// Lines of our own sections have come: the file is ours.
  private var isOurs = false
  /// The reason is being read: the lines so far.
  private var collected: [String]?
  private var reason: String?

  package init() {}

  package mutating func read(line: String, from channel: LogChannel) -> [InstallerObservation] {
    let signs = GuestSigns.read(line)
    if !signs.isEmpty { return signs }
    if let event = GuestEvent(line: line) { return take(event) }
    if line.contains(AnacondaSigns.success) { return finish() }
    switch channel {
    case .console: return readScreen(AnacondaWatcher.message(of: line))
    case .installer: return readLog(line)
    }
  }

  private mutating func take(_ event: GuestEvent) -> [InstallerObservation] {
    isOurs = true
    switch event {
    case .finished: return finish()
    case .failure(let words): return [.failure(InstallerProblem(reason ?? words))]
    case .phase: return GuestEventLines.read(event.line) ?? []
    }
  }

  // MARK: The second serial port

  private mutating func readLog(_ line: String) -> [InstallerObservation] {
    if let range = line.firstRange(of: "Queue started: ") {
      let name = line[range.upperBound...].prefix { $0 != "(" }
      guard let index = AnacondaPhases.index(ofQueue: name.dropLast()) else { return [] }
      return enter(index)
    }
    for sign in AnacondaSigns.exceptions {
      guard let range = line.firstRange(of: sign), line.hasPrefix("pyanaconda") else { continue }
      return giveUp(String(line[range.upperBound...].prefix(200)))
    }
    if line.contains("running the kickstart script at line ") {
      return [.warning("a script of the Kickstart file failed: \(line.suffix(120))")]
    }
    return []
  }

  // MARK: The first serial port

  private mutating func readScreen(_ line: String) -> [InstallerObservation] {
    if collected != nil { return collect(line) }
    if AnacondaSigns.announcements.contains(where: line.contains) || line.contains(AnacondaSigns.unanswered) {
      collected = line.contains(AnacondaSigns.unanswered) ? [line] : []
      return []
    }
    for sign in AnacondaSigns.failures where line.contains(sign.words) { return [.failure(sign.problem)] }
    for sign in AnacondaSigns.questions where line.contains(sign) {
      return [.question(InstallerQuestion(key: String(line.prefix(200)), priority: "critical"))]
    }
    if line.hasSuffix("Complete!") { return finish() }
    if let index = AnacondaPhases.index(ofWords: line) { return enter(index) }
    return advance(to: AnacondaWatcher.fraction(in: line))
  }

  /// The lines after an announcement, up to its last one.
  private mutating func collect(_ line: String) -> [InstallerObservation] {
    var lines = collected ?? []
    let isEnd = line.contains(AnacondaSigns.reasonEnd)
    let words = line.trimmingBlanks
    if !isEnd, !words.isEmpty { lines.append(words) }
    collected = isEnd || lines.count == 6 ? nil : lines
    guard collected == nil else { return [] }
    return giveUp(String(lines.joined(separator: " ").prefix(300)))
  }

  // MARK: Common

  private mutating func giveUp(_ words: String) -> [InstallerObservation] {
    let text = words.trimmingBlanks
    let known = reason ?? (text.isEmpty ? "Anaconda gave up" : "Anaconda gave up: \(text)")
    reason = known
    return isOurs ? [.warning(known)] : [.failure(InstallerProblem(known))]
  }

  private mutating func finish() -> [InstallerObservation] {
    guard !isFinished else { return [] }
    isFinished = true
    reached = 1
    return [.progress(1), .finished]
  }

  /// Several queues are one step for people; a step that has begun does not come again.
  private mutating func enter(_ index: Int) -> [InstallerObservation] {
    guard index > phase else { return [] }
    let isNew = AnacondaPhases.all[index].title != AnacondaPhases.all[phase].title
    phase = index
    return (isNew ? [.phase(AnacondaPhases.all[index].title)] : []) + advance(to: 0)
  }

  /// How far the step is; only the software tells.
  private mutating func advance(to fraction: Double?) -> [InstallerObservation] {
    guard let fraction, !isFinished else { return [] }
    guard fraction == 0 || AnacondaPhases.all[phase].title == AnacondaPhases.software else { return [] }
    let (before, width) = AnacondaPhases.span(at: phase)
    let now = min(0.999, before + width * fraction)
    guard now >= reached + 0.001 else { return [] }
    reached = now
    return [.progress(now)]
  }

  /// `Installing NAME.ARCH (i/n)` in any language, and `Downloading N RPMs, x / y (p%) done.`; the download is a third.
  static func fraction(in line: String) -> Double? {
    guard let open = line.lastIndex(of: "("), let close = line[open...].firstIndex(of: ")") else { return nil }
    let inside = line[line.index(after: open)..<close]
    let numbers = inside.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    if numbers.count == 2, let done = numbers[0], let total = numbers[1], total > 0, (0...total).contains(done) {
      return 1.0 / 3 + Double(done) / Double(total) * 2 / 3
    }
    guard inside.hasSuffix("%"), let percent = Double(inside.dropLast()), (0...100).contains(percent) else {
      return nil
    }
    return percent / 300
  }

  /// The words of a line without what the journal puts before it: `[  12.345678] anaconda[1234]: `, and without the dots that
  /// Anaconda prints for finished tasks.
  private static func message(of line: String) -> String {
    var rest = line[...]
    if rest.hasPrefix("["), let end = rest.firstRange(of: "]: ") { rest = rest[end.upperBound...] }
    return rest.drop { $0 == "." }.trimmingBlanks
  }
}
