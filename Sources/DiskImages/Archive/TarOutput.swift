import SystemPackage

/// The file that an archive is written to, through a buffer, ended as tar wants it.
struct TarOutput: ~Copyable {
  private let file: HostFile
  private var position: Int64 = 0
  private var buffer: [UInt8] = []
  private static let bufferSize = 1 << 20

  init(_ path: FilePath) throws {
    file = try HostFile(creating: path)
    buffer.reserveCapacity(TarOutput.bufferSize)
  }

  mutating func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }

  mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
    if buffer.count + bytes.count > TarOutput.bufferSize { try flush() }
    guard bytes.count < TarOutput.bufferSize else {
      try file.write(bytes, at: position)
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
    try file.close()
  }

  private mutating func flush() throws {
    try buffer.withUnsafeBytes { try file.write($0, at: position) }
    position += Int64(buffer.count)
    buffer.removeAll(keepingCapacity: true)
  }
}
