import Glibc
package import SystemPackage

/// The files that `sha256sum -c` and `sha512sum -c` read: one line per file, digest, two blanks, name.
package struct ChecksumFile: Sendable, Hashable {
  /// One line.
  package struct Entry: Sendable, Hashable {
    /// Lower-case hexadecimal.
    package var digest: String
    /// As written: relative names are relative to the folder of the checksum file.
    package var name: String

    /// A line for a digest in lower-case hexadecimal.
    package init(digest: String, name: String) {
      self.digest = digest
      self.name = name
    }

    /// The line without its end.
    ///
    /// A name with a backslash, newline or carriage return is escaped and the line then starts with a backslash (GNU coreutils manual,
    /// "md5sum invocation").
    package var line: String {
      // By scalar: Swift's Character for "\r\n" is one, and both halves have to be escaped.
      var escaped = ""
      for scalar in name.unicodeScalars {
        switch scalar {
        case "\\": escaped += "\\\\"
        case "\n": escaped += "\\n"
        case "\r": escaped += "\\r"
        default: escaped.unicodeScalars.append(scalar)
        }
      }
      return escaped == name ? "\(digest)  \(name)" : "\\\(digest)  \(escaped)"
    }

    /// Reads one line; nil when it is not one (wrong length, not hexadecimal, no name, broken escape).
    package init?(line: String) {
      var rest = Array(line.utf8)[...]
      let isEscaped = rest.first == UInt8(ascii: "\\")
      if isEscaped { rest = rest.dropFirst() }
      let digest = rest.prefix { $0 != UInt8(ascii: " ") }
      rest = rest.dropFirst(digest.count)
      // "  name" for text, " *name" for binary: the same on Linux.
      guard [64, 128].contains(digest.count), digest.allSatisfy({ isxdigit(Int32($0)) != 0 }), rest.count > 2,
        rest.starts(with: "  ".utf8) || rest.starts(with: " *".utf8)
      else { return nil }
      let written = Array(rest.dropFirst(2))
      guard let name = isEscaped ? Entry.unescape(written) : written else { return nil }
      self.digest = String(decoding: digest, as: UTF8.self).lowercased()
      self.name = String(decoding: name, as: UTF8.self)
    }

    private static func unescape(_ bytes: [UInt8]) -> [UInt8]? {
      var result: [UInt8] = []
      var iterator = bytes.makeIterator()
      while let byte = iterator.next() {
        guard byte == UInt8(ascii: "\\") else {
          result.append(byte)
          continue
        }
        switch iterator.next() {
        case UInt8(ascii: "\\"): result.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "n"): result.append(UInt8(ascii: "\n"))
        case UInt8(ascii: "r"): result.append(UInt8(ascii: "\r"))
        default: return nil
        }
      }
      return result
    }
  }

  package var entries: [Entry]

  /// The lines in the order they will have.
  package init(_ entries: [Entry] = []) { self.entries = entries }

  /// Reads the text of a checksum file; throws `DiskImageError` naming the first line that is not one.
  package init(parsing text: String) throws {
    entries = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() where !line.isEmpty
    {
      guard let entry = Entry(line: String(line)) else {
        throw DiskImageError(.unsupported, "line \(index + 1) is not '<digest>  <name>': '\(line.prefix(120))'")
      }
      entries.append(entry)
    }
  }

  /// The whole text, every line ended.
  package var text: String { entries.map { $0.line + "\n" }.joined() }

  /// Writes the file beside `path` and renames it into place, so that a reader sees the old one or the new one; throws on any failure,
  /// leaving nothing new behind.
  package func write(to path: FilePath) throws {
    let partial = FilePath(path.string + ".partial-\(getpid())")
    let file = try HostFile(creating: partial)
    do {
      try Array(text.utf8).withUnsafeBytes { try file.write($0, at: 0) }
      try file.synchronize()
      try file.close()
      guard rename(partial.string, path.string) == 0 else {
        throw HostFile.failure("cannot write", path, Errno(rawValue: errno))
      }
    } catch {
      unlink(partial.string)
      throw error
    }
  }

  /// Computes each file's digest again, relative names from `folder`; throws `digestMismatch` naming all files that differ.
  package func verify(in folder: FilePath) throws {
    var wrong: [String] = []
    for entry in entries {
      let path = FilePath(entry.name)
      let algorithm: FileDigest.Algorithm = entry.digest.count == 64 ? .sha256 : .sha512
      let found = try FileDigest.compute(path.isAbsolute ? path : folder.pushing(path), algorithms: [algorithm])
      if found[algorithm] != entry.digest { wrong.append("'\(entry.name)'") }
    }
    guard wrong.isEmpty else {
      throw DiskImageError(
        .digestMismatch, "the digest does not match: \(wrong.joined(separator: ", "))",
        hint: "the file was changed after its checksum was made, or the disk is faulty")
    }
  }
}
