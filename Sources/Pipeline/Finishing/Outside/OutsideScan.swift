import DiskImages
import Model

/// What a golden image should not have, looked for in a system that is read from outside, by the same rules as elsewhere.
struct OutsideScan: Sendable {
  let tree: OutsideTree
  let scan: LeftoverScan

  /// One program reads one file: several at a time.
  private static let atOnce = 4

  /// What was found, in the order of paths; folders that cannot be read are told by the tree.
  func run() async throws -> [Leftover] {
    var found: Set<Leftover> = []
    var files: [ImagePath] = []
    var seen: Set<ImagePath> = []
    var folders: [ImagePath] = []
    for pattern in LeftoverScan.patterns { folders += (try? await tree.expand(pattern)) ?? [] }
    while let path = folders.popLast() {
      guard seen.insert(path).inserted, let entry = try await tree.entry(path) else { continue }
      if entry.isFolder {
        for inner in try await tree.entries(of: path) { folders.append(try path.appending(Array(inner.name.utf8))) }
      } else if let size = entry.size, size > 0 {
        // Of a file that is too small or too large for its contents to tell anything its path may.
        if (16...Int64(LeftoverScan.largestFile)).contains(size) {
          files.append(path)
        } else {
          found.formUnion(scan.examine(path, [0]))
        }
      }
    }
    try await withThrowingTaskGroup(of: [Leftover].self) { group in
      var waiting = files[...]
      for path in waiting.prefix(OutsideScan.atOnce) { group.addTask { try await examine(path) } }
      waiting = waiting.dropFirst(OutsideScan.atOnce)
      while let some = try await group.next() {
        found.formUnion(some)
        if let path = waiting.popFirst() { group.addTask { try await examine(path) } }
      }
    }
    return found.sorted { ($0.path, $0.kind.rawValue) < ($1.path, $1.kind.rawValue) }
  }

  private func examine(_ path: ImagePath) async throws -> [Leftover] {
    guard let contents = try await tree.read(path, limit: LeftoverScan.largestFile) else {
      throw FactoryError(.processingFailed, "cannot read '\(path)' in the image")
    }
    // A link leads to what it names, mostly a program of the distribution: those hold the words of keys, and are none.
    return scan.examine(path, contents.starts(with: [0x7F] + Array("ELF".utf8)) ? [0] : contents)
  }
}
