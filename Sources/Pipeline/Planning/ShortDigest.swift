/// A few letters that tell texts apart, for names that must differ; no protection against anybody.
enum ShortDigest {
  static func of(_ text: String) -> String {
    var hash: UInt32 = 2_166_136_261  // FNV-1a, 32 bits
    for byte in text.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    return String(hash, radix: 36)
  }
}
