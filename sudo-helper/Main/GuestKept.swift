/// The paths that a clean-up leaves alone, with everything below them.
struct GuestKept {
  private let paths: Set<[[UInt8]]>

  /// `expand` gives what a pattern matches.
  init(_ patterns: [String], expand: (String) throws -> [GuestPath]) throws {
    var paths: Set<[[UInt8]]> = []
    for pattern in patterns { for path in try expand(pattern) { paths.insert(GuestKept.names(path)) } }
    self.paths = paths
  }

  private static func names(_ path: GuestPath) -> [[UInt8]] { path.base.names + path.names }

  /// Whether a path is kept, by itself or with a folder above it.
  func covers(_ path: GuestPath) -> Bool {
    guard !paths.isEmpty else { return false }
    let names = GuestKept.names(path)
    return (0...names.count).contains { paths.contains(Array(names.prefix($0))) }
  }

  /// Whether something below a path is kept.
  func liesBelow(_ path: GuestPath) -> Bool {
    let names = GuestKept.names(path)
    return paths.contains { $0.count > names.count && $0.starts(with: names) }
  }
}
