import Crypto
import Glibc
package import SystemPackage

/// SHA-256 of what was fetched, files and bytes, as 64 lower-case hexadecimal digits, and SHA-512 as 128.
///
/// Disks, which have holes, are hashed by `FileDigest` of `DiskImages`.
package enum SourceDigest {
  /// The digest of a file, read in pieces of 1 MiB. Throws ``Model/FactoryError`` and, between pieces, `CancellationError`.
  package static func sha256(_ path: FilePath) throws -> String {
    try sha256(OpenFile(path, O_RDONLY)).hexadecimal
  }

  /// The digest of bytes in memory.
  package static func sha256(_ bytes: [UInt8]) -> String { SHA256.hash(data: bytes).hexadecimal }

  /// The SHA-512 of a file; as ``sha256(_:)``.
  package static func sha512(_ path: FilePath) throws -> String {
    try digest(OpenFile(path, O_RDONLY), SHA512.self).finalize().hexadecimal
  }

  /// The digest so far of an open file, from its present position to its end.
  static func sha256(_ file: OpenFile) throws -> SHA256 { try digest(file, SHA256.self) }

  private static func digest<Hash: HashFunction>(_ file: OpenFile, _: Hash.Type) throws -> Hash {
    var hash = Hash()
    while true {
      try Task.checkCancellation()
      let piece = try file.read(upTo: 1 << 20)
      if piece.isEmpty { return hash }
      hash.update(data: piece)
    }
  }
}

extension SHA256 {
  var hexadecimal: String { finalize().hexadecimal }
}

extension Digest {
  var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
