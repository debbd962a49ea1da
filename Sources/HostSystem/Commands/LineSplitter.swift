/// Cuts a stream of bytes into lines at `\n`, `\r\n` and `\r` (the last is how progress bars overwrite themselves).
///
/// A line keeps its first 16 KiB; the rest is counted and dropped, so that a guest or a tool cannot fill the memory.
struct LineSplitter {
  /// The bytes of one line without its end.
  struct Line {
    var bytes: [UInt8] = []
    /// Whether all of it is printable ASCII: then it needs no decoding by scalar, which is most of the cost of a long log.
    var isPlain = true
  }

  static let longestLine = 16 << 10

  private var line = Line()
  private var dropped = 0
  private var started = false
  private var lastWasReturn = false

  /// Takes the next bytes and hands out the lines they complete, with the number of bytes dropped from each.
  mutating func take(_ bytes: [UInt8], _ emit: (Line, Int) -> Void) {
    bytes.withUnsafeBufferPointer { buffer in
      for byte in buffer {
        if byte == 0x0A, lastWasReturn {
          lastWasReturn = false
          continue
        }
        lastWasReturn = byte == 0x0D
        if byte == 0x0A || byte == 0x0D {
          flush(emit)
        } else {
          append(byte)
        }
      }
    }
  }

  /// Hands out what is left when the stream ends without a line end.
  mutating func finish(_ emit: (Line, Int) -> Void) {
    if started { flush(emit) }
  }

  private mutating func append(_ byte: UInt8) {
    started = true
    guard line.bytes.count < LineSplitter.longestLine else {
      dropped += 1
      return
    }
    if byte < 0x20 || byte > 0x7E { line.isPlain = false }
    line.bytes.append(byte)
  }

  private mutating func flush(_ emit: (Line, Int) -> Void) {
    emit(line, dropped)
    line.bytes.removeAll(keepingCapacity: true)
    line.isPlain = true
    dropped = 0
    started = false
  }
}
