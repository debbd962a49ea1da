import Glibc
import Model
import SystemPackage

/// Reading whole small files; the only place of the room that touches the file system.
enum FileContent {
  /// Why a file was not read.
  enum Problem: Error, Equatable {
    case missing
    case notAFile
    case tooLarge
    case readableByOthers
    /// The system's words: `Permission denied`.
    case system(String)

    var message: String {
      switch self {
      case .missing: "there is no such file"
      case .notAFile: "it is not a file"
      case .tooLarge: "it is too large"
      case .readableByOthers: "others than its owner may read it"
      case .system(let words): words.prefix(1).lowercased() + words.dropFirst()
      }
    }
  }

  /// The bytes of a regular file of at most `limit` bytes.
  ///
  /// - Parameter isPrivate: refuse a file that others than its owner may read; asked of the open file, not of its name.
  static func read(
    _ path: FilePath, limit: Int = INIReader.largestFile, isPrivate: Bool = false
  ) -> Result<[UInt8], Problem> {
    do {
      // Not blocking: opening a named pipe without a writer would wait for ever.
      let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
      defer { try? file.close() }
      var status = stat()
      guard fstat(file.rawValue, &status) == 0 else { return .failure(.system(Errno(rawValue: errno).description)) }
      guard status.st_mode & S_IFMT == S_IFREG else { return .failure(.notAFile) }
      if isPrivate, status.st_mode & (S_IRGRP | S_IROTH) != 0 { return .failure(.readableByOthers) }
      guard status.st_size <= limit else { return .failure(.tooLarge) }
      return try readAll(file, expecting: Int(status.st_size), limit: limit)
    } catch {
      return .failure(problem(error))
    }
  }

  private static func readAll(_ file: FileDescriptor, expecting: Int, limit: Int) throws -> Result<[UInt8], Problem> {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(expecting + 1)
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try chunk.withUnsafeMutableBytes { try file.read(into: $0) }
      if count == 0 { return .success(bytes) }
      bytes.append(contentsOf: chunk[..<count])
      if bytes.count > limit { return .failure(.tooLarge) }
    }
  }

  /// Whether there is a file, folder or anything else of that name.
  static func exists(_ path: FilePath) -> Bool {
    path.withPlatformString { access($0, F_OK) } == 0
  }

  /// Names in a folder that end in `suffix`, sorted by bytes; hidden ones are left out.
  static func names(in folder: FilePath, suffix: String) -> Result<[String], Problem> {
    guard let handle = folder.withPlatformString({ opendir($0) }) else {
      return .failure(problem(Errno(rawValue: errno)))
    }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(suffix), !name.hasPrefix(".") { names.append(name) }
    }
    return .success(names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
  }

  private static func problem(_ error: any Error) -> Problem {
    guard let errno = error as? Errno else { return .system("\(error)") }
    switch errno {
    case .noSuchFileOrDirectory, .notDirectory: return .missing
    case .isDirectory: return .notAFile
    default: return .system(errno.description)
    }
  }
}
