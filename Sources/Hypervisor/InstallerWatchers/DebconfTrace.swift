/// Follows the debconf protocol in the installer's log (`DEBCONF_DEBUG=5`): which questions wait on the screen, and the bars.
///
/// `--> INPUT critical KEY` queues a question; the answer `<-- 30 question skipped` means that nobody sees it, `<-- 0 question
/// will be asked` that the next `--> GO` shows it. Until the answer to that GO comes, the installer waits for a person.
struct DebconfTrace {
  private enum Expected {
    case nothing
    case inputAnswer(InstallerQuestion)
    case goAnswer
  }

  private struct Bar {
    var low: Double
    var high: Double
    var value: Double
    var fraction: Double { high > low ? min(1, max(0, (value - low) / (high - low))) : 0 }
  }

  private var expected = Expected.nothing
  private var toBeAsked: [InstallerQuestion] = []
  private var bars: [Bar] = []
  private var filled: (key: String, values: [String]) = ("", [])

  /// How far the outermost bar is: 0 to 1; nil when there is none.
  var fraction: Double? { bars.first?.fraction }

  /// What was filled into the text of a question, in order (the command that failed, the package); few and short.
  func values(for key: String) -> [String] { filled.key == key ? filled.values : [] }

  /// A new step: bars of the last one that were not stopped are gone.
  mutating func forgetBars() { bars = [] }

  /// Takes one message of debconf; gives questions that are on the screen now, and their end.
  mutating func read(_ message: Substring) -> [InstallerObservation] {
    if message.hasPrefix("--> ") { return request(message.dropFirst(4)) }
    if message.hasPrefix("<-- ") { return answer(message.dropFirst(4)) }
    return []
  }

  private mutating func request(_ text: Substring) -> [InstallerObservation] {
    let words = text.split(separator: " ")
    expected = .nothing
    switch words.first?.uppercased() {
    case "INPUT" where words.count >= 3:
      expected = .inputAnswer(InstallerQuestion(key: String(words[2]), priority: String(words[1])))
    case "GO":
      guard !toBeAsked.isEmpty else { return [] }
      expected = .goAnswer
      defer { toBeAsked = [] }
      return toBeAsked.map { .question($0) }
    case "CLEAR": toBeAsked = []
    case "SUBST" where words.count >= 4:
      if filled.key != words[1] { filled = (String(words[1]), []) }
      if filled.values.count < 4 { filled.values.append(String(words[3...].joined(separator: " ").prefix(100))) }
    case "PROGRESS": progress(words.dropFirst().map(String.init))
    default: break
    }
    return []
  }

  private mutating func answer(_ text: Substring) -> [InstallerObservation] {
    defer { expected = .nothing }
    switch expected {
    case .inputAnswer(let question):
      if text.hasPrefix("0 ") { toBeAsked.append(question) }
      return []
    case .goAnswer: return [.answered]
    case .nothing: return []
    }
  }

  private mutating func progress(_ words: [String]) {
    let numbers = words.dropFirst().prefix(2).compactMap { Double($0) }
    switch words.first?.uppercased() {
    // A guest that only ever starts bars does not grow ours.
    case "START" where numbers.count == 2 && bars.count < 32:
      bars.append(Bar(low: numbers[0], high: numbers[1], value: numbers[0]))
    case "SET" where numbers.count >= 1 && !bars.isEmpty: bars[bars.count - 1].value = numbers[0]
    case "STEP" where numbers.count >= 1 && !bars.isEmpty: bars[bars.count - 1].value += numbers[0]
    case "STOP" where !bars.isEmpty: bars.removeLast()
    default: break
    }
  }
}
