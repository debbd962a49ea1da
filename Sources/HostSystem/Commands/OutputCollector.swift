import Model

/// Gathers what both streams of a child say, in bounded memory, and hands out finished lines one at a time.
actor OutputCollector {
  private let mask: SecretMask
  private let onLine: (@Sendable (OutputLine) -> Void)?
  private var splitters: [OutputLine.Stream: LineSplitter] = [.output: LineSplitter(), .error: LineSplitter()]
  private var kept: [UInt8] = []
  private var truncated = false
  /// A ring of the last lines; `next` is the oldest once it is full.
  private var ring: [String] = []
  private var next = 0

  init(mask: SecretMask, onLine: (@Sendable (OutputLine) -> Void)?) {
    self.mask = mask
    self.onLine = onLine
  }

  func take(_ bytes: [UInt8], from stream: OutputLine.Stream) {
    if stream == .output, !truncated {
      let room = CommandResult.keptOutput - kept.count
      kept.append(contentsOf: bytes.prefix(room))
      truncated = bytes.count > room
    }
    // Taken out of the dictionary for the time of the call, so that its buffer is changed in place.
    var splitter = splitters.removeValue(forKey: stream) ?? LineSplitter()
    splitter.take(bytes) { emit($0, cut: $1, from: stream) }
    splitters[stream] = splitter
  }

  /// Hands out the last line when it has no line end.
  func finish(_ stream: OutputLine.Stream) {
    splitters[stream]?.finish { emit($0, cut: $1, from: stream) }
  }

  func result(ending: CommandResult.Ending, duration: Duration) -> CommandResult {
    CommandResult(
      ending: ending, standardOutput: String(decoding: kept, as: UTF8.self), standardOutputTruncated: truncated,
      lastLines: Array(ring[next...] + ring[..<next]), duration: duration)
  }

  private func emit(_ line: LineSplitter.Line, cut: Int, from stream: OutputLine.Stream) {
    let text = mask.shown(line, cut: cut)
    if ring.count < CommandResult.keptLines {
      ring.append(text)
    } else {
      ring[next] = text
      next = (next + 1) % ring.count
    }
    onLine?(OutputLine(stream, text))
  }
}
