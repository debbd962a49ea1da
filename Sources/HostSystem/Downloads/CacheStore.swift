import FoundationEssentials
import Glibc
import Model
import SystemPackage

/// The files of the cache.
///
///     content/SHA256        verified files, by their digest
///     sources/KEY.json      what a source gave last: digest, ETag, Last-Modified; KEY is the SHA-256 of the source
///     sources/KEY.part      a body that was cut, sources/KEY.part.json its validators
///     sources/KEY.rsync     rsync's own copy, so that it sends differences only
///     sources/KEY.lock      held while a source is fetched
///     scratch/              packages being unpacked
struct CacheStore: Sendable {
  let folder: FilePath

  /// What is remembered of a source.
  struct Entry: Codable, Sendable {
    var source: String
    var name: String
    var sha256: String
    var size: Int64
    var etag: String?
    var lastModified: String?
  }

  /// The validators of a body that was cut, for `If-Range`.
  struct PartNote: Codable, Sendable {
    var validator: String
  }

  static func key(_ source: String) -> String { SourceDigest.sha256(Array(source.utf8)) }

  var scratch: FilePath { folder.appending("scratch") }
  func content(_ digest: String) -> FilePath { folder.appending("content").appending(digest) }
  func file(_ key: String, _ kind: String) -> FilePath { folder.appending("sources").appending("\(key).\(kind)") }

  func prepare() throws {
    try Folder.create(folder.appending("content"))
    try Folder.create(folder.appending("sources"))
  }

  func lock(_ key: String, timeout: Duration, for purpose: String) async throws -> FileLock {
    try await FileLock.acquire(file(key, "lock"), timeout: timeout, for: purpose)
  }

  // MARK: - Contents

  /// The size of the kept file with this digest, read and compared; one that has rotted is removed.
  func verifiedSize(_ digest: String) throws -> Int64? {
    guard CacheStore.isDigest(digest) else { return nil }
    let path = content(digest)
    guard let file = try? OpenFile(path, O_RDONLY) else { return nil }
    guard try SourceDigest.sha256(file).hexadecimal == digest else {
      unlink(path.string)
      return nil
    }
    // The time of access, for whoever cleans the cache by age; the time of change is what rsync compares.
    let times = [timespec(tv_sec: 0, tv_nsec: CacheStore.now), timespec(tv_sec: 0, tv_nsec: CacheStore.unchanged)]
    futimens(file.descriptor.rawValue, times)
    return Int64(try file.information().st_size)
  }

  /// Moves a complete, verified file to its place; `file` is open on it.
  func adopt(_ file: OpenFile, digest: String) throws {
    fchmod(file.descriptor.rawValue, 0o644)
    try file.synchronize()
    try AtomicFile.rename(file.path, to: content(digest))
  }

  /// UTIME_NOW and UTIME_OMIT of utimensat(2), which are not imported.
  private static let now = (1 << 30) - 1
  private static let unchanged = (1 << 30) - 2

  static func isDigest(_ text: String) -> Bool {
    text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  // MARK: - Sources

  /// What the source gave last, if the file is still there and whole, and is the wanted one.
  func usableEntry(_ key: String, wanted: String?) throws -> Entry? {
    guard let entry = entry(key), wanted == nil || wanted == entry.sha256,
      try verifiedSize(entry.sha256) == entry.size
    else { return nil }
    return entry
  }

  /// What the source gave last, whether it is still there or not.
  func entry(_ key: String) -> Entry? { load(file(key, "json")) }

  func save(_ entry: Entry, key: String) throws { try save(entry, to: file(key, "json")) }

  // MARK: - Cut bodies

  /// The length and the validator of a body that was cut; nil when there is nothing to go on from.
  func resumable(_ key: String) -> (size: Int64, validator: String)? {
    var information = stat()
    guard let note: PartNote = load(file(key, "part.json")), lstat(file(key, "part").string, &information) == 0,
      information.st_mode & S_IFMT == S_IFREG, information.st_size > 0
    else { return nil }
    return (Int64(information.st_size), note.validator)
  }

  /// Remembers how to go on; without a strong validator there is no safe way to (RFC 9110, 13.1.5).
  func notePart(_ key: String, etag: String?, lastModified: String?) throws {
    let strong = etag.flatMap { $0.hasPrefix("W/") ? nil : $0 }
    guard let validator = strong ?? lastModified else {
      unlink(file(key, "part.json").string)
      return
    }
    try save(PartNote(validator: validator), to: file(key, "part.json"))
  }

  func forgetPart(_ key: String) {
    unlink(file(key, "part").string)
    unlink(file(key, "part.json").string)
  }

  private func load<Value: Decodable>(_ path: FilePath) -> Value? {
    guard let bytes = try? AtomicFile.read(path, limit: 1 << 20) else { return nil }
    return try? JSONDecoder().decode(Value.self, from: Data(bytes))
  }

  private func save<Value: Encodable>(_ value: Value, to path: FilePath) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try AtomicFile.write(Array(try encoder.encode(value)) + [0x0A], to: path)
  }
}
