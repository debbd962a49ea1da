import DiskImages

/// The patterns of a clean-up as they count in a file system that is mounted in the system, from the top of that file system on.
struct MountedPatterns: Sendable {
  /// Where it is mounted, and which of its folders.
  let place: ImagePath
  let folder: ImagePath

  init(place: ImagePath, folder: ImagePath = .root) {
    self.place = place
    self.folder = folder
  }

  init(_ mount: ForeignMount) { self.init(place: mount.place, folder: mount.folder) }

  /// What these patterns match in it; one that names the mount point or a folder above it matches everything.
  func inside(_ patterns: [String]) -> [String] {
    patterns.flatMap { pattern -> [String] in
      guard let parts = try? ImagePath(pattern).components, !parts.isEmpty,
        zip(parts, place.components).allSatisfy({ Glob.matches($0, $1) })
      else { return [] }
      let rest = parts.dropFirst(place.components.count).map { String(decoding: $0, as: UTF8.self) }
      return rest.isEmpty ? [text(["*"]), text([".*"])] : [text(rest)]
    }
  }

  /// The path in the system of a path in the file system; nil when it is not below the folder.
  func outside(_ path: ImagePath) -> ImagePath? {
    guard path.components.starts(with: folder.components) else { return nil }
    return try? path.components.dropFirst(folder.components.count).reduce(place) { try $0.appending($1) }
  }

  private func text(_ rest: [String]) -> String {
    "/" + (folder.components.map { String(decoding: $0, as: UTF8.self) } + rest).joined(separator: "/")
  }
}
