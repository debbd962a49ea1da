import Glibc
import SystemPackage

/// The file that an archive is written to, or that one is compared with, through a buffer, ended as tar wants it.
struct TarOutput: ~Copyable {
  private let file: HostFile
  private let isCompared: Bool
  private var position: Int64 = 0
  private var buffer: [UInt8] = []
  private static let bufferSize = 1 << 20

  init(_ path: FilePath) throws {
    file = try HostFile(creating: path)
    isCompared = false
    buffer.reserveCapacity(TarOutput.bufferSize)
  }

  /// Nothing is written: what the file has elsewhere than at its place throws `.digestMismatch`.
  init(comparingWith path: FilePath) throws {
    file = try HostFile(path)
    isCompared = true
    buffer.reserveCapacity(TarOutput.bufferSize)
  }

  mutating func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }

  mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
    if buffer.count + bytes.count > TarOutput.bufferSize { try flush() }
    guard bytes.count < TarOutput.bufferSize else {
      try put(bytes)
      position += Int64(bytes.count)
      return
    }
    buffer.append(contentsOf: bytes)
  }

  /// Two empty blocks, filled up to tar's record of 20 (POSIX.1-2017, pax); throws when the last writes could not be kept.
  consuming func close() throws {
    let length = position + Int64(buffer.count) + 1024
    try write([UInt8](repeating: 0, count: 1024 + Int((10_240 - length % 10_240) % 10_240)))
    try flush()
    if isCompared, try file.size() != position { throw mismatch }
    try file.close()
  }

  private mutating func flush() throws {
    try buffer.withUnsafeBytes { try put($0) }
    position += Int64(buffer.count)
    buffer.removeAll(keepingCapacity: true)
  }

  /// At the position, which the caller moves on.
  private func put(_ bytes: UnsafeRawBufferPointer) throws {
    guard isCompared else { return try file.write(bytes, at: position) }
    let there = try file.bytes(at: position, count: bytes.count)
    let isSame = there.withUnsafeBytes { there in
      guard there.count == bytes.count, let left = there.baseAddress, let right = bytes.baseAddress else {
        return there.count == bytes.count
      }
      return memcmp(left, right, bytes.count) == 0
    }
    guard isSame else { throw mismatch }
  }

  private var mismatch: DiskImageError {
    DiskImageError(
      .digestMismatch, "'\(file.path.lastComponent?.string ?? "")' does not hold what the file system holds",
      hint: "memory or disk of this host may be faulty; try again")
  }
}
