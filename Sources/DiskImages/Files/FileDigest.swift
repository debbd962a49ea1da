import Crypto
package import SystemPackage

/// Digests of files, streamed: constant memory, holes neither read nor copied.
package enum FileDigest {
  /// The algorithms of `sha256sum` and `sha512sum`.
  package enum Algorithm: String, Sendable, Hashable, CaseIterable, Codable {
    case sha256
    case sha512

    /// The number of hexadecimal digits.
    package var digits: Int { self == .sha256 ? 64 : 128 }
  }

  /// The lower-case hexadecimal digest of a file; see `compute(_:algorithms:progress:)`.
  package static func sha256(_ path: FilePath) throws -> String {
    try compute(path, algorithms: [.sha256])[.sha256] ?? ""
  }

  /// All asked digests of a file in one pass, in lower-case hexadecimal.
  ///
  /// Blocks. `progress` gets the bytes done about every MiB; what it throws ends the work. Throws when the file cannot be read or
  /// changed its size meanwhile.
  package static func compute(
    _ path: FilePath, algorithms: Set<Algorithm>, progress: (Int64) throws -> Void = { _ in }
  ) throws -> [Algorithm: String] {
    let file = try HostFile(path)
    let size = try file.size()
    var hasher = Hasher(algorithms)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
    defer { buffer.deallocate() }
    let zeros = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
    defer { zeros.deallocate() }
    zeros.initializeMemory(as: UInt8.self, repeating: 0)

    var position: Int64 = 0
    /// A hole is hashed from the one zero buffer: nothing is read.
    func fillHole(to end: Int64, _ hasher: inout Hasher) throws {
      while position < end {
        let count = Int(min(Int64(zeros.count), end - position))
        hasher.update(UnsafeRawBufferPointer(rebasing: zeros[..<count]))
        position += Int64(count)
        try progress(position)
      }
    }
    try SparseFile.forEachDataExtent(of: file, size: size) { run in
      try fillHole(to: run.offset, &hasher)
      while position < run.end {
        let wanted = Int(min(Int64(buffer.count), run.end - position))
        let got = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), at: position)
        guard got > 0 else { throw changed(path) }
        hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<got]))
        position += Int64(got)
        try progress(position)
      }
    }
    try fillHole(to: size, &hasher)
    guard try file.size() == size else { throw changed(path) }
    return hasher.finish()
  }

  static func changed(_ path: FilePath) -> DiskImageError {
    DiskImageError(.system, "'\(path)' changed while its digest was made", hint: "let no other program write to it")
  }

  /// The digests that were asked for, side by side.
  struct Hasher {
    var sha256: SHA256?
    var sha512: SHA512?

    init(_ algorithms: Set<Algorithm>) {
      sha256 = algorithms.contains(.sha256) ? SHA256() : nil
      sha512 = algorithms.contains(.sha512) ? SHA512() : nil
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
      sha256?.update(bufferPointer: bytes)
      sha512?.update(bufferPointer: bytes)
    }

    func finish() -> [Algorithm: String] {
      var result: [Algorithm: String] = [:]
      result[.sha256] = sha256.map { hexadecimal($0.finalize()) }
      result[.sha512] = sha512.map { hexadecimal($0.finalize()) }
      return result
    }
  }

  private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
