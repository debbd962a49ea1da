import DiskImages

/// The paths that a clean-up leaves alone: those that `clean = keep:…` names, and everything below them.
struct KeptPaths: Sendable {
  private let paths: Set<ImagePath>

  static let none = KeptPaths(paths: [])

  private init(paths: Set<ImagePath>) { self.paths = paths }

  /// What the patterns match now; `linked` is told of a pattern that passes a link, and throws as `GuestFiles.matches`.
  init(
    _ patterns: [String], in files: GuestFiles, linked: (String, ImagePath) -> Void = { _, _ in }
  ) throws {
    var paths: Set<ImagePath> = []
    for pattern in patterns {
      let found = try files.matches(of: pattern)
      paths.formUnion(found.paths)
      for link in found.links { linked(pattern, link) }
    }
    self.paths = paths
  }

  /// Whether a path is kept, by itself or with a folder above it.
  func covers(_ path: ImagePath) -> Bool {
    guard !paths.isEmpty else { return false }
    var path = path
    while !paths.contains(path) {
      guard path != .root else { return false }
      path = path.parent
    }
    return true
  }

  /// Whether something below a path is kept.
  private func liesBelow(_ path: ImagePath) -> Bool {
    paths.contains { $0.components.count > path.components.count && $0.components.starts(with: path.components) }
  }

  /// Removes a path with everything below it but what is kept.
  func remove(_ path: ImagePath, in files: GuestFiles) throws -> Tally {
    if covers(path) { return Tally() }
    var total = Tally()
    guard liesBelow(path), try files.status(path)?.kind == .directory else {
      total.add(try files.remove(path))
      return total
    }
    for entry in try files.list(path) { total.add(try remove(path.appending(entry.name), in: files)) }
    return total
  }
}
