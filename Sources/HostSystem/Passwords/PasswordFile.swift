import Glibc
package import Model
package import SystemPackage

/// A file of the host that holds a password in its first line.
package enum PasswordFile {
  /// Reads the password.
  ///
  /// Throws a ``Model/FactoryError`` (config invalid) when the file cannot be read, is no regular file, is no text, or is open to
  /// others: readable by all, or writable by more than its owner.
  package static func read(_ path: FilePath) throws(FactoryError) -> Secret {
    let number = path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard number >= 0 else { throw problem(path, "cannot be read: \(String(cString: strerror(errno)))") }
    let file = FileDescriptor(rawValue: number)
    defer { _ = Glibc.close(number) }
    try check(file, path)
    var bytes = [UInt8](repeating: 0, count: PasswordHash.longestPassword + 2)
    var count = 0
    do {
      while count < bytes.count {
        let more = try bytes.withUnsafeMutableBytes { try file.read(into: .init(rebasing: $0[count...])) }
        if more == 0 { break }
        count += more
      }
    } catch {
      throw problem(path, "cannot be read: \(error)")
    }
    guard let line = PasswordHash.firstLine(bytes[..<count]) else {
      throw problem(path, "does not begin with a line of text")
    }
    return line
  }

  private static func check(_ file: FileDescriptor, _ path: FilePath) throws(FactoryError) {
    var status = stat()
    guard fstat(file.rawValue, &status) == 0 else { throw problem(path, "cannot be looked at") }
    // A pipe would keep the planning waiting for a writer.
    guard status.st_mode & S_IFMT == S_IFREG else { throw problem(path, "is no regular file") }
    guard status.st_mode & 0o026 == 0 else {
      let mode = String(status.st_mode & 0o777, radix: 8)
      throw problem(
        path, "can be read or changed by others (its mode is \(mode))",
        hint: "chmod 600 \(ShellWords.quote(path.string))")
    }
  }

  private static func problem(_ path: FilePath, _ what: String, hint: String? = nil) -> FactoryError {
    FactoryError(.configInvalid, "the password file '\(path.string.printable)' \(what)", hint: hint)
  }
}
