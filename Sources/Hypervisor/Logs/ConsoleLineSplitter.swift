/// Cuts a guest's bytes into lines of bounded length.
///
/// `\n`, `\r\n` and `\r` alone each end a line: a progress display overwrites itself with `\r` and would else never end one.
struct ConsoleLineSplitter {
  /// Longer lines are cut here; the rest up to the next line end is dropped. In bytes.
  static let limit = 4096

  private var pending: [UInt8] = []
  private var isCutting = false

  /// Whether a line has begun that has no end yet.
  var hasPartialLine: Bool { !pending.isEmpty }

  /// Adds bytes; gives the lines that are complete now, cleaned, empty ones left out.
  mutating func feed(_ bytes: some Sequence<UInt8>) -> [String] {
    var lines: [String] = []
    for byte in bytes {
      if byte == 0x0A || byte == 0x0D {
        isCutting = false
        if let line = flush() { lines.append(line) }
      } else if pending.count < ConsoleLineSplitter.limit {
        if !isCutting { pending.append(byte) }
      } else {
        if let line = flush() { lines.append(line + "…") }
        isCutting = true
      }
    }
    return lines
  }

  /// Gives the line that has begun, as if it ended here: a prompt waits without a line end.
  mutating func flush() -> String? {
    guard !pending.isEmpty else { return nil }
    defer { pending.removeAll(keepingCapacity: true) }
    let line = TerminalText.clean(pending)
    return line.isEmpty ? nil : line
  }
}
