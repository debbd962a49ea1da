import Foundation
import Glibc
import SystemPackage
import Testing

/// A folder that is gone when the test is.
final class Scratch: Sendable {
  let folder: FilePath

  init() throws {
    var template = Array("\(Scratch.base)/disk-images.XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    folder = FilePath(String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }

  /// Memory where there is enough of it: hundreds of little images are made and synchronised.
  private static let base: String = {
    var status = statvfs()
    guard statvfs("/dev/shm", &status) == 0, UInt64(status.f_bavail) * UInt64(status.f_bsize) > 2 << 30,
      access("/dev/shm", W_OK) == 0
    else { return "/tmp" }
    return "/dev/shm"
  }()

  deinit { try? FileManager.default.removeItem(atPath: folder.string) }

  func path(_ name: String) -> FilePath { folder.pushing(FilePath(name)) }

  /// A sparse file of zeros.
  @discardableResult
  func sparse(_ name: String, mebibytes: Int) throws -> FilePath {
    let path = path(name)
    try write(name, [])
    try #require(truncate(path.string, mebibytes << 20) == 0)
    return path
  }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> FilePath {
    let path = folder.string + "/" + name
    // Thousands of files are made here: FilePath and Foundation would be most of the tests' time in a debug build.
    var file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    if file < 0 {
      let parent = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
      try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
      file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    }
    try #require(file >= 0)
    defer { close(file) }
    try #require(Glibc.write(file, bytes, bytes.count) == bytes.count)
    return FilePath(path)
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> FilePath { try write(name, Array(text.utf8)) }

  func read(_ path: FilePath) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path.string))) }

  /// Overwrites bytes of a file in place.
  func patch(_ path: FilePath, at offset: Int64, _ bytes: [UInt8]) throws {
    let file = try FileDescriptor.open(path, .writeOnly)
    defer { try? file.close() }
    _ = try file.writeAll(toAbsoluteOffset: offset, bytes)
  }

  func names() throws -> Set<String> { Set(try FileManager.default.contentsOfDirectory(atPath: folder.string)) }
}
