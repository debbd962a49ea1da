/// Patterns such as `/var/log/installer/*`, matched inside an image.
extension Ext4FileSystem {
  /// The paths that match, sorted; `*` and `?` match within one component, a leading dot only when the pattern has it (as in a shell).
  ///
  /// A pattern is matched against real folders only: a component that is a symlink and not the last one matches nothing when it was found by
  /// a wildcard, and throws `.unsafePath` when it was named. No match: an empty list. Throws `.tooLarge` past `limit` paths.
  package func expand(_ pattern: String, limit: Int = 100_000) throws -> [ImagePath] {
    var found = [ImagePath.root]
    let parts = try ImagePath(pattern).components
    for (index, part) in parts.enumerated() {
      var next: [ImagePath] = []
      for folder in found {
        if index > 0, try !isFolder(folder, named: !Glob.isWild(parts[index - 1])) { continue }
        if Glob.isWild(part) {
          for entry in try list(folder) where Glob.matches(part, entry.name) {
            next.append(try folder.appending(entry.name))
          }
        } else {
          let path = try folder.appending(part)
          if try exists(path) { next.append(path) }
        }
        guard next.count <= limit else {
          throw DiskImageError(.tooLarge, "'\(pattern)' matches more than \(limit) paths in the image")
        }
      }
      found = next
    }
    return found.sorted { $0.description < $1.description }
  }

  private func isFolder(_ path: ImagePath, named: Bool) throws -> Bool {
    guard let status = try status(path) else { return false }
    if status.kind == .symlink, named {
      throw DiskImageError(
        .unsafePath, "'\(path)' in the image is a symlink: it is not followed", hint: "name the folder it points to")
    }
    return status.kind == .directory
  }
}

/// Wildcards over bytes.
enum Glob {
  static func isWild(_ pattern: [UInt8]) -> Bool {
    pattern.contains(UInt8(ascii: "*")) || pattern.contains(UInt8(ascii: "?"))
  }

  /// In time proportional to the product of both lengths at worst: a hostile name cannot make it exponential.
  static func matches(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
    if name.first == UInt8(ascii: "."), pattern.first != UInt8(ascii: ".") { return false }
    var p = 0
    var n = 0
    var star: (pattern: Int, name: Int)?
    while n < name.count {
      if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
        star = (p, n)
        p += 1
      } else if p < pattern.count, pattern[p] == UInt8(ascii: "?") || pattern[p] == name[n] {
        p += 1
        n += 1
      } else if let back = star {
        // The last star takes one byte more.
        star = (back.pattern, back.name + 1)
        p = back.pattern + 1
        n = back.name + 1
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
