import Glibc

/// The names in an open folder of the guest's.
enum FolderListing {
  /// At most so many, without `.` and `..`; the descriptor's position is where it was before.
  static func names(of folder: borrowing Descriptor, atMost limit: Int) throws -> [[UInt8]] {
    // The stream takes over a descriptor and closes it.
    let copy = dup(folder.number)
    guard copy >= 0, let stream = fdopendir(copy) else {
      if copy >= 0 { close(copy) }
      throw Failure.system("list a folder in the image")
    }
    defer { closedir(stream) }
    rewinddir(stream)
    var names: [[UInt8]] = []
    errno = 0
    while names.count < limit, let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      let dot = UInt8(ascii: ".")
      // A damaged folder could hold a name that is a path.
      guard !name.isEmpty, !name.contains(UInt8(ascii: "/")), name != [dot], name != [dot, dot] else { continue }
      names.append(name)
    }
    guard errno == 0 else { throw Failure.system("list a folder in the image") }
    return names
  }
}

/// Wildcards over bytes.
enum GuestGlob {
  static func isWild(_ pattern: [UInt8]) -> Bool {
    pattern.contains(UInt8(ascii: "*")) || pattern.contains(UInt8(ascii: "?"))
  }

  /// In time proportional to the product of both lengths at worst: a hostile name cannot make it exponential.
  static func matches(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
    if name.first == UInt8(ascii: "."), pattern.first != UInt8(ascii: ".") { return false }
    // Which lengths of `name` the pattern read so far can stand for.
    var reach = [Bool](repeating: false, count: name.count + 1)
    reach[0] = true
    for letter in pattern {
      if letter == UInt8(ascii: "*") {
        guard let first = reach.firstIndex(of: true) else { return false }
        for index in first..<reach.count { reach[index] = true }
      } else {
        for index in stride(from: name.count, to: 0, by: -1) {
          reach[index] = reach[index - 1] && (letter == UInt8(ascii: "?") || letter == name[index - 1])
        }
        reach[0] = false
      }
    }
    return reach[name.count]
  }
}
