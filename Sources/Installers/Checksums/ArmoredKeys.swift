import Model

/// OpenPGP keys in ASCII armor (RFC 9580, section 6.2), as distributions publish them; gpgv reads only what is inside.
package enum ArmoredKeys {
  private static let begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
  private static let end = "-----END PGP PUBLIC KEY BLOCK-----"

  /// Whether the file is armored: it may start with lines of text for people.
  package static func isArmored(_ bytes: [UInt8]) -> Bool {
    guard let head = bytes.first else { return false }
    // A packet's first byte has its highest bit set (section 4.2); text has not.
    return head < 0x80 && String(decoding: bytes, as: UTF8.self).textLines.contains { $0.hasPrefix(begin) }
  }

  /// The keys of all blocks in the file, one after the other; nil when a block is broken or there is none.
  ///
  /// The optional checksum at a block's end is not looked at: gpgv verifies what the keys are used for.
  package static func binary(_ bytes: [UInt8]) -> [UInt8]? {
    var result: [UInt8] = []
    var block: String?
    var inHeaders = false
    for line in String(decoding: bytes, as: UTF8.self).textLines {
      let line = line.trimmingBlanks
      if line == begin {
        guard block == nil else { return nil }
        (block, inHeaders) = ("", true)
      } else if line == end {
        guard let text = block, let decoded = base64(text) else { return nil }
        result += decoded
        block = nil
      } else if block != nil {
        if inHeaders, line.isEmpty || line.contains(": ") {
          if line.isEmpty { inHeaders = false }
        } else if !line.hasPrefix("=") {
          inHeaders = false
          block? += line
        }
      }
    }
    return block == nil && !result.isEmpty ? result : nil
  }

  private static func base64(_ text: String) -> [UInt8]? {
    var result: [UInt8] = []
    var (bits, count) = (UInt32(0), 0)
    for character in text.utf8 {
      let value: UInt8
      switch character {
      case 0x41...0x5A: value = character - 0x41
      case 0x61...0x7A: value = character - 0x61 + 26
      case 0x30...0x39: value = character - 0x30 + 52
      case UInt8(ascii: "+"): value = 62
      case UInt8(ascii: "/"): value = 63
      case UInt8(ascii: "="): continue
      default: return nil
      }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        bits &= (1 << UInt32(count)) - 1
      }
    }
    return result
  }
}
