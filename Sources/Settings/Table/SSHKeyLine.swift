import Model
import SystemPackage

/// One line of `authorized_keys`, checked before it is written into an image that nobody can log in to otherwise.
enum SSHKeyLine {
  /// A line is either a key (`TYPE BASE64 COMMENT`, options before it allowed) or the path of a file with such lines.
  static var form: ValueForm<[String]> {
    ValueForm(.lines, show: { $0.joined(separator: "\n") }) { text in
      var keys: [String] = []
      for line in text.text.split(whereSeparator: \.isNewline).map(String.init) {
        if isKey(line) {
          keys.append(line)
        } else if line.split(separator: " ").contains(where: isType) {
          return .expected("a line 'TYPE BASE64 COMMENT', but the base64 part is broken")
        } else {
          switch read(text.path(line)) {
          case .value(let found): keys += found
          case .expected(let what): return .expected(what)
          }
        }
      }
      return .value(keys)
    }
  }

  private static func read(_ path: FilePath) -> Reading<[String]> {
    guard case .success(let bytes) = FileContent.read(path, limit: 1 << 20),
      let text = String(validating: bytes, as: UTF8.self)
    else {
      return .expected("an ssh key, or the path of a file with keys, but '\(path)' cannot be read")
    }
    let lines = text.split(whereSeparator: \.isNewline).map(\.trimmingBlanks).filter {
      !$0.isEmpty && !$0.hasPrefix("#")
    }
    guard !lines.isEmpty, lines.allSatisfy(isKey) else { return .expected("public ssh keys in '\(path)'") }
    return .value(lines)
  }

  /// The type word, then base64 whose first field repeats the type (RFC 4253, section 6.6).
  static func isKey(_ line: String) -> Bool {
    let words = line.split(separator: " ", omittingEmptySubsequences: true)
    guard let index = words.firstIndex(where: isType), index + 1 < words.count else { return false }
    guard let blob = base64(words[index + 1]), blob.count > 4 else { return false }
    let length = blob[..<4].reduce(0) { $0 << 8 | Int($1) }
    return blob.count > 4 + length && Array(blob[4..<(4 + length)]) == Array(words[index].utf8)
  }

  private static func isType(_ word: Substring) -> Bool {
    word.hasPrefix("ssh-") || word.hasPrefix("ecdsa-sha2-") || word.hasPrefix("sk-ssh-") || word.hasPrefix("sk-ecdsa-")
  }

  private static func base64(_ text: Substring) -> [UInt8]? {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    guard text.utf8.count % 4 == 0 else { return nil }
    var bytes: [UInt8] = []
    var bits = 0
    var count = 0
    for byte in text.utf8 where byte != UInt8(ascii: "=") {
      guard let value = alphabet.firstIndex(of: byte) else { return nil }
      bits = (bits << 6 | value) & 0xFFFFFF
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> count))
      }
    }
    return bytes
  }
}
