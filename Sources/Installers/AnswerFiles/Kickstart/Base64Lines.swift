/// Base64 as `base64 -d` reads it. (RFC 4648)
enum Base64Lines {
  /// Lines of at most 76 characters, each with its line end; nothing for no bytes.
  static func encode(_ bytes: [UInt8]) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count / 3 * 4 + bytes.count / 57 + 8)
    var column = 0
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      bits <<= UInt32(3 - group.count) * 8
      for place in 0..<4 {
        let digit = Int(bits >> UInt32(18 - 6 * place)) & 63
        result.append(place <= group.count ? digits[digit] : UInt8(ascii: "="))
      }
      column += 4
      if column == 76 {
        result.append(UInt8(ascii: "\n"))
        column = 0
      }
    }
    if column > 0 { result.append(UInt8(ascii: "\n")) }
    return String(decoding: result, as: UTF8.self)
  }

  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
}
