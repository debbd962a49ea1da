import DiskImages
import Model

/// What a clean-up would do to an xfs or btrfs, told by what is seen from outside.
extension CleaningPreview {
  /// Adds one file system of the system; throws ``FactoryError`` and `DiskImageError`.
  mutating func add(_ tree: OutsideTree, _ cleaning: Cleaning, _ answers: InstallAnswers) async throws {
    var kept: Set<ImagePath> = []
    for pattern in cleaning.keep { kept.formUnion(try await tree.expand(pattern)) }
    var doomed: Set<ImagePath> = []
    for (action, patterns) in CleaningPreview.lists(cleaning) {
      for pattern in patterns {
        for path in try await tree.expand(pattern) {
          for path in try await tree.holdsMount(path) ? tree.children(path) : [path] {
            guard !path.isIn(kept), doomed.insert(path).inserted else { continue }
            let size = try await tree.size(of: path)
            guard action != .empty || size > 0 else { continue }
            entries.append(Entry(path: path.description, action: action, size: ByteSize(bytes: size)))
          }
        }
        if let link = await tree.linked[pattern] {
          skipped.append(LinkedFolder.sentence(pattern.printable, link.description))
        }
      }
    }
    let scan = LeftoverScan(answers: answers, cleaning: cleaning, proxy: nil)
    leftovers += try await OutsideScan(tree: tree, scan: scan).run().filter { leftover in
      (try? ImagePath(leftover.path)).map { !$0.isIn(doomed) } ?? true
    }
    skipped += await tree.unreadable.map { "the folder '\($0)' cannot be read" }.sorted()
  }
}

extension ImagePath {
  /// Whether it is one of these paths or below one.
  fileprivate func isIn(_ paths: Set<ImagePath>) -> Bool {
    var path = self
    while !paths.contains(path) {
      guard path != .root else { return false }
      path = path.parent
    }
    return true
  }
}

extension OutsideTree {
  /// Folders that are looked into for a size; each costs two calls of a program.
  private static let mostFolders = 1000

  fileprivate func children(_ path: ImagePath) async throws -> [ImagePath] {
    try await entries(of: path).map { try path.appending(Array($0.name.utf8)) }
  }

  /// Bytes of a file, or of all files below a folder.
  fileprivate func size(of path: ImagePath) async throws -> Int64 {
    guard let entry = try await entry(path) else { return 0 }
    guard entry.isFolder else { return entry.size ?? 0 }
    var total: Int64 = 0
    var folders = [path]
    var seen = 0
    while let folder = folders.popLast(), seen < OutsideTree.mostFolders {
      seen += 1
      for entry in try await entries(of: folder) {
        if entry.isFolder { folders.append(try folder.appending(Array(entry.name.utf8))) }
        total = CleaningPreview.sum(total, max(entry.size ?? 0, 0))
      }
    }
    return total
  }
}
