/// The rule for names inside an archive: relative, normal, and never above the root.
enum CpioPath {
  /// The longest name that is believed, in bytes (the kernel's `PATH_MAX`).
  static let longest = 4096

  /// The path without leading `/` and `./`, without empty and `.` components; nil when it has `..`, is too long or holds a NUL.
  ///
  /// The root itself comes back as an empty text.
  static func normal(_ path: String) -> String? {
    guard path.utf8.count <= longest, !path.utf8.contains(0) else { return nil }
    let parts = path.split(separator: "/").filter { $0 != "." }
    return parts.contains("..") ? nil : parts.joined(separator: "/")
  }

  /// Every folder above the path, the outermost first.
  static func parents(of path: String) -> [String] {
    let parts = path.split(separator: "/")
    return parts.indices.dropFirst().map { parts[..<$0].joined(separator: "/") }
  }

  /// The folder a path lies in; empty for the root.
  static func parent(of path: String) -> String {
    path.split(separator: "/").dropLast().joined(separator: "/")
  }
}
