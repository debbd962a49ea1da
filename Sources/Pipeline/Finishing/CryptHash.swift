/// Recognises password hashes as crypt(5) writes them, `$METHOD$…$HASH`.
enum CryptHash {
  /// The characters that the last part has at least, by method (crypt(5), "Available hashing methods").
  private static let lengths: [String: Int] = [
    "1": 22, "5": 43, "6": 86, "7": 43, "y": 43, "gy": 43, "2a": 53, "2b": 53, "2x": 53, "2y": 53, "sha1": 28,
    "sm3": 43, "sm3y": 43,
  ]

  /// Whether there is one anywhere in a file.
  static func isIn(_ contents: [UInt8]) -> Bool {
    var index = contents.startIndex
    while let start = contents[index...].firstIndex(of: dollar) {
      var end = start
      while end < contents.endIndex, end - start < 512, isPart(contents[end]) { end += 1 }
      if isHash(contents[start..<end]) { return true }
      index = start + 1
    }
    return false
  }

  private static func isHash(_ word: ArraySlice<UInt8>) -> Bool {
    let parts = word.dropFirst().split(separator: dollar, omittingEmptySubsequences: false)
    guard parts.count >= 3, let least = lengths[String(decoding: parts[0], as: UTF8.self)] else { return false }
    // bcrypt has salt and hash in one part, after the cost.
    let hash = parts[0].first == UInt8(ascii: "2") ? parts[2] : parts[2...].last ?? []
    return hash.count >= least && hash.allSatisfy { $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ",") }
  }

  private static let dollar = UInt8(ascii: "$")

  private static func isPart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"),
      dollar, UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: ","):
      true
    default: false
    }
  }
}
