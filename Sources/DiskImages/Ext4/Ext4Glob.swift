/// What a pattern matches.
package struct PatternMatches: Sendable, Hashable {
  /// Sorted.
  package var paths: [ImagePath] = []
  /// Folders that the pattern names and that are symlinks in the image: what is behind them was not looked at.
  package var links: [ImagePath] = []
}

/// Folders in an image in which patterns such as `/var/log/installer/*` are matched.
package protocol ImageFolders: ~Copyable {
  /// What a path names, a symlink not followed; nil when there is nothing.
  func status(_ path: ImagePath) throws -> Ext4Status?
  /// The entries of a folder, up to a limit.
  func list(_ path: ImagePath, limit: Int) throws -> [Ext4Entry]
}

extension Ext4FileSystem: ImageFolders {}
extension GuestFiles: ImageFolders {}

extension ImageFolders where Self: ~Copyable {
  /// The paths that match, sorted; throws `.unsafePath` when a folder that the pattern names is a symlink, else as ``matches(of:limit:)``.
  package func expand(_ pattern: String, limit: Int = 100_000) throws -> [ImagePath] {
    let found = try matches(of: pattern, limit: limit)
    if let link = found.links.first {
      throw DiskImageError(
        .unsafePath, "'\(link)' in the image is a symlink: it is not followed", hint: "name the folder it points to")
    }
    return found.paths
  }

  /// The paths that match; `*` and `?` match within one component, a leading dot only when the pattern has it (as in a shell).
  ///
  /// A pattern is matched against real folders only: a component that is a symlink and not the last one matches nothing, and is told when
  /// it was named and not found by a wildcard. No match: nothing. Throws `.tooLarge` past `limit` paths, `.unsafePath` for a `..`.
  package func matches(of pattern: String, limit: Int = 100_000) throws -> PatternMatches {
    var result = PatternMatches(paths: [ImagePath.root])
    let parts = try ImagePath(pattern).components
    for (index, part) in parts.enumerated() {
      var next: [ImagePath] = []
      for folder in result.paths {
        if index > 0 {
          let kind = try status(folder)?.kind
          if kind == .symlink, !Glob.isWild(parts[index - 1]) { result.links.append(folder) }
          guard kind == .directory else { continue }
        }
        if Glob.isWild(part) {
          for entry in try list(folder, limit: 1_000_000) where Glob.matches(part, entry.name) {
            next.append(try folder.appending(entry.name))
          }
        } else {
          let path = try folder.appending(part)
          if try status(path) != nil { next.append(path) }
        }
        guard next.count <= limit else {
          throw DiskImageError(.tooLarge, "'\(pattern)' matches more than \(limit) paths in the image")
        }
      }
      result.paths = next
    }
    result.paths.sort { $0.description < $1.description }
    return result
  }
}

/// Wildcards over bytes: `*` and `?`; nothing else has a meaning.
package enum Glob {
  /// Whether there is one in the pattern.
  package static func isWild(_ pattern: [UInt8]) -> Bool {
    pattern.contains(UInt8(ascii: "*")) || pattern.contains(UInt8(ascii: "?"))
  }

  /// Whether the whole name matches; a leading dot only when the pattern has it, as in a shell.
  ///
  /// In time proportional to the product of both lengths at worst: a hostile name cannot make it exponential.
  package static func matches(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
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
