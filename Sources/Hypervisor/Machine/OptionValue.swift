/// Values inside virt-install's comma-separated options.
///
/// virt-install 4.1 splits an option at commas with Python's `shlex` in POSIX mode, then each part at its first `=`: so quotes
/// protect commas, and a value may hold further `=`.
enum OptionValue {
  /// The value so that virt-install reads it back as it is; plain ones stay plain.
  static func quote(_ value: String) -> String {
    guard value.isEmpty || value.contains(where: { ",\"'\\".contains($0) || $0.isNewline }) else { return value }
    var result = "\""
    for character in value {
      if character == "\"" || character == "\\" { result.append("\\") }
      result.append(character)
    }
    return result + "\""
  }
}
