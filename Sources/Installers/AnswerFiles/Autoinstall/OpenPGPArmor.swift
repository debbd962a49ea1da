/// A repository's signing key as text: curtin writes keys that are no text to a file only when YAML calls them binary.
enum OpenPGPArmor {
  /// The key armored (RFC 9580, 6.2), as it is when it is already; nil for what is no OpenPGP data.
  static func armored(_ key: [UInt8]) -> String? {
    if let text = String(validating: key, as: UTF8.self), text.contains(head) {
      return text.replacing("\r\n", with: "\n")
    }
    // Every packet's first byte has its highest bit set (RFC 9580, 4.2).
    guard let first = key.first, first & 0x80 != 0 else { return nil }
    let digits = base64(key)
    var lines = [head, ""]
    var rest = digits[...]
    while !rest.isEmpty {
      lines.append(String(rest.prefix(64)))
      rest = rest.dropFirst(64)
    }
    let sum = crc24(key)
    lines.append("=" + base64([UInt8((sum >> 16) & 0xFF), UInt8((sum >> 8) & 0xFF), UInt8(sum & 0xFF)]))
    return (lines + [tail]).joined(separator: "\n") + "\n"
  }

  private static let head = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
  private static let tail = "-----END PGP PUBLIC KEY BLOCK-----"
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static func base64(_ bytes: [UInt8]) -> String {
    var result: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var value: UInt32 = 0
      for index in 0..<3 { value = (value << 8) | UInt32(index < group.count ? group[start + index] : 0) }
      for index in 0..<4 {
        let isPadding = index > group.count
        result.append(isPadding ? UInt8(ascii: "=") : alphabet[Int((value >> (18 - 6 * UInt32(index))) & 0x3F)])
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The checksum that older readers expect (RFC 9580, 6.1.1).
  private static func crc24(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = 0xB704CE
    for byte in bytes {
      crc ^= UInt32(byte) << 16
      for _ in 0..<8 {
        crc <<= 1
        if crc & 0x1000000 != 0 { crc ^= 0x1864CFB }
      }
    }
    return crc & 0xFFFFFF
  }
}
