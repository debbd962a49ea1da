import Model
import SystemPackage

import Glibc

/// Unpacks compressed files into a scratch folder by the tools every distribution has, and remembers what to remove.
struct Unpacker {
  /// The compressions of initial RAM disks and kernel modules, by the first bytes.
  enum Compression: String, CaseIterable {
    case gzip, xz, zstd

    var magic: [UInt8] {
      switch self {
      case .gzip: [0x1F, 0x8B]
      case .xz: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]
      case .zstd: [0x28, 0xB5, 0x2F, 0xFD]
      }
    }

    /// What the tool takes away from the name of the file that it unpacks.
    var suffix: String {
      switch self {
      case .gzip: ".gz"
      case .xz: ".xz"
      case .zstd: ".zst"
      }
    }

    init?(of bytes: [UInt8]) {
      guard let found = Self.allCases.first(where: { bytes.starts(with: $0.magic) }) else { return nil }
      self = found
    }
  }

  /// Ten times what Debian's installer unpacks to; a compressed file that grows past it is no initrd.
  static let mostBytes = 1 << 30

  let folder: FilePath
  let run: CommandPort
  private var made: [FilePath] = []

  init(folder: FilePath, run: @escaping CommandPort) {
    self.folder = folder
    self.run = run
  }

  /// The bytes unpacked, or the bytes themselves when they are not compressed.
  mutating func unpack(_ bytes: [UInt8], named name: String, limit: UInt64) async throws -> [UInt8] {
    guard let compression = Compression(of: bytes) else { return bytes }
    let packed = newPath(name, compression.suffix)
    made.append(packed)
    let file = try FileDescriptor.open(
      packed, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: [.ownerReadWrite])
    try file.closeAfter { _ = try file.writeAll(bytes) }
    return try SmallFile.read(try await unpack(packed, by: compression), limit: limit)
  }

  /// Unpacks a whole file, wherever it lies; the result is a new file in the scratch folder.
  mutating func unpack(file: FilePath, by compression: Compression) async throws -> FilePath {
    let name = newPath(file.lastComponent?.string ?? "initrd", compression.suffix)
    made.append(name)
    // The tools write beside what they read: a link makes "beside" our own folder, and nothing is copied.
    guard symlink(file.absolute.string, name.string) == 0 else { throw Errno(rawValue: errno) }
    return try await unpack(name, by: compression)
  }

  private mutating func unpack(_ packed: FilePath, by compression: Compression) async throws -> FilePath {
    let result = FilePath(String(packed.string.dropLast(compression.suffix.count)))
    made.append(result)
    try await run(
      Command(
        "prlimit",
        ["--fsize=\(Self.mostBytes)", compression.rawValue, "-d", "-k", "-f", "-q", "--", packed.string],
        timeLimit: .seconds(300), purpose: "unpack '\(packed.lastComponent?.string ?? "")'"))
    return result
  }

  private func newPath(_ name: String, _ suffix: String) -> FilePath {
    let plain = name.unicodeScalars.map { $0.properties.isAlphabetic || ("0"..."9").contains($0) ? String($0) : "-" }
    return folder.appending("\(made.count)-\(plain.joined().prefix(60))\(suffix)")
  }

  /// Removes everything that was made; what cannot be removed stays in the caller's scratch folder.
  mutating func removeAll() {
    for path in made { unlink(path.string) }
    made = []
  }
}

extension FilePath {
  /// The path seen from the root, for links that are read from another folder.
  var absolute: FilePath {
    guard !isAbsolute, let here = getcwd(nil, 0) else { return self }
    defer { free(here) }
    return FilePath(String(cString: here)).pushing(self)
  }
}
