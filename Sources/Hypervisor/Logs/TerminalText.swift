import Model

/// Turns what a guest writes to a terminal into plain text.
enum TerminalText {
  /// The bytes as text: escape sequences dropped, invalid UTF-8 repaired, other control characters made visible.
  static func clean(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    var state = State.text
    for byte in bytes {
      switch (state, byte) {
      case (_, 0x1B): state = .escape
      case (.text, 0x07), (.text, 0x08), (.text, 0x00): break
      case (.text, _): text.append(byte)
      case (.escape, UInt8(ascii: "[")): state = .control
      // OSC, DCS, SOS, PM and APC carry a text that ends at BEL or at ESC \.
      case (.escape, 0x5D), (.escape, 0x50), (.escape, 0x58), (.escape, 0x5E), (.escape, 0x5F): state = .string
      // Two-byte sequences with an intermediate byte, such as the choice of a character set.
      case (.escape, 0x20...0x2F): state = .escape
      case (.escape, _): state = .text
      case (.control, 0x40...0x7E): state = .text
      case (.control, _): break
      case (.string, 0x07): state = .text
      case (.string, _): break
      }
    }
    return String(decoding: text, as: UTF8.self).printable
  }

  private enum State { case text, escape, control, string }
}
