import Model

/// What names and words may look like before they are put into an answer file or a script.
///
/// Stricter than the installers themselves: most of these words end up in a shell of the guest or in a file of the image.
enum AnswerGrammar {
  static let letters = "abcdefghijklmnopqrstuvwxyz"
  static let capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
  static let digits = "0123456789"
  static let alphanumerics = letters + capitals + digits

  /// Whether every character is one of `allowed` and the first one of `first`.
  static func matches(_ word: String, _ allowed: String, first: String? = nil, upTo limit: Int = 255) -> Bool {
    guard let head = word.unicodeScalars.first, word.unicodeScalars.count <= limit else { return false }
    if let first, !first.unicodeScalars.contains(head) { return false }
    let set = Set(allowed.unicodeScalars)
    return word.unicodeScalars.allSatisfy(set.contains)
  }

  /// A host or domain name: labels of letters, digits and hyphens (RFC 1123).
  static func isDomainName(_ word: String) -> Bool {
    word.utf8.count <= 253
      && word.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
        matches(String($0), alphanumerics + "-", first: alphanumerics, upTo: 63) && $0.last != "-"
      }
  }

  static func isHostLabel(_ word: String) -> Bool { isDomainName(word) && !word.contains(".") }

  /// A Debian package, with an optional architecture (`:`), version (`=`) or suite (`/`).
  static func isPackage(_ word: String) -> Bool {
    let name = word.prefix { !":=/".contains($0) }
    return matches(String(name), letters + digits + "+-.", first: letters + digits)
      && matches(word, alphanumerics + "+-.:=/~_")
  }

  /// An account's name as Debian's useradd takes it.
  static func isAccount(_ word: String) -> Bool {
    matches(word, letters + digits + "_-", first: letters + "_", upTo: 32)
  }

  /// A systemd unit's name.
  static func isUnit(_ word: String) -> Bool {
    matches(word, alphanumerics + ":-_.@", first: alphanumerics)
  }

  /// A crypt(5) hash: `$id$…`, or the thirteen characters of the oldest kind.
  static func isHash(_ word: String) -> Bool {
    guard matches(word, alphanumerics + "$./,=+-_") else { return false }
    return word.first == "$" ? word.split(separator: "$").count >= 2 : word.count == 13 && !word.contains("$")
  }

  /// An absolute path without `..`, control characters, or parts that no file system takes (NAME_MAX, PATH_MAX of limits.h).
  static func isPath(_ word: String) -> Bool {
    word.hasPrefix("/") && word.count > 1 && word.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
      && !word.split(separator: "/").contains { $0 == ".." || $0.utf8.count > 255 } && word.utf8.count < 4096
  }

  /// A word of a kernel line that boot loader, shell and debconf all leave alone.
  static func isKernelWord(_ word: String) -> Bool {
    matches(word, alphanumerics + "-_.,:=/+@%", upTo: 512) && word != "---" && word != "--"
  }
}
