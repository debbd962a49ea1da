import Glibc

/// Paths without symbolic links.
enum Canonical {
  /// The path of the file itself (realpath(3)); nil when there is none.
  static func path(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
