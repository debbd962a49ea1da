package import SystemPackage

/// Reads the members of newc archives from a file, one header at a time: contents stay on the disk until asked for.
///
/// The file may be hostile: names, sizes and counts are bounded, and nothing is ever written by it.
package struct CpioReader {
  /// A member's header and where its content lies in the file.
  package struct Member: Sendable, Equatable {
    /// Normal, relative to the archive's root; empty for the root itself.
    package var path: String
    package var mode: UInt32
    package var owner: UInt32
    package var group: UInt32
    package var links: UInt32
    package var inode: UInt32
    package var size: UInt64
    package var contentOffset: UInt64

    package var isFile: Bool { mode & 0o170000 == 0o100000 }
    package var isFolder: Bool { mode & 0o170000 == 0o040000 }
    package var isSymbolicLink: Bool { mode & 0o170000 == 0o120000 }
  }

  /// More members than any distribution's initrd has (Debian's installer: about 4,000).
  static let mostMembers = 200_000
  /// More bytes than any member of an initrd has.
  static let largestMember: UInt64 = 512 << 20

  private let file: FileDescriptor
  private let end: UInt64
  private var count = 0
  /// Where the next header is expected; after the trailer: the first byte behind it.
  private(set) var offset: UInt64

  /// A reader of the archive that starts at `offset` of an open file of `end` bytes; the caller keeps and closes the file.
  package init(_ file: FileDescriptor, from offset: UInt64 = 0, end: UInt64) {
    self.file = file
    self.offset = offset
    self.end = end
  }

  /// The next member; nil after the archive's trailer.
  ///
  /// Throws `CpioProblem` for anything that is no well-formed member, and `Errno` when the file cannot be read.
  package mutating func next() throws -> Member? {
    let start = offset
    let header = try bytes(at: start, count: 110)
    guard header.starts(with: Array("070701".utf8)) || header.starts(with: Array("070702".utf8)) else {
      throw CpioProblem.badHeader(offset: start, why: "it does not begin with 070701")
    }
    let fields = try (0..<13).map { try Self.hex(header, field: $0, at: start) }
    let nameLength = UInt64(fields[11])
    guard nameLength > 0, nameLength <= UInt64(CpioPath.longest) else {
      throw CpioProblem.badHeader(offset: start, why: "its name has \(nameLength) bytes")
    }
    let nameBytes = try bytes(at: start + 110, count: Int(nameLength))
    guard nameBytes.last == 0 else { throw CpioProblem.badHeader(offset: start, why: "its name has no end") }
    let name = String(decoding: nameBytes.dropLast(), as: UTF8.self)
    let content = Self.aligned(start + 110 + nameLength)
    let size = UInt64(fields[6])
    guard size <= Self.largestMember else { throw CpioProblem.tooLarge(name) }
    guard content + size <= end else { throw CpioProblem.truncated(offset: start) }
    offset = min(Self.aligned(content + size), end)
    if name == "TRAILER!!!" { return nil }
    count += 1
    guard count <= Self.mostMembers else { throw CpioProblem.tooManyEntries(limit: Self.mostMembers) }
    guard let path = CpioPath.normal(name) else { throw CpioProblem.badPath(name) }
    return Member(
      path: path, mode: fields[1], owner: fields[2], group: fields[3], links: fields[4], inode: fields[0], size: size,
      contentOffset: content)
  }

  /// The bytes of the file at a place; throws `CpioProblem.truncated` where it ends sooner.
  func bytes(at place: UInt64, count: Int) throws -> [UInt8] {
    guard place <= end, UInt64(count) <= end - place else { throw CpioProblem.truncated(offset: place) }
    return try file.exactly(count, at: place)
  }

  private static func aligned(_ value: UInt64) -> UInt64 { (value + 3) & ~3 }

  /// Eight hexadecimal digits, nothing else: `UInt32("+1", radix: 16)` would believe a sign.
  private static func hex(_ header: [UInt8], field: Int, at offset: UInt64) throws -> UInt32 {
    var value: UInt32 = 0
    for digit in header[(6 + field * 8)..<(14 + field * 8)] {
      guard let number = Character(UnicodeScalar(digit)).hexDigitValue, digit < 0x80 else {
        throw CpioProblem.badHeader(offset: offset, why: "field \(field) is no number")
      }
      value = value << 4 | UInt32(number)
    }
    return value
  }
}

extension FileDescriptor {
  /// Exactly so many bytes at a place of the file; throws `CpioProblem.truncated` where it ends sooner.
  func exactly(_ count: Int, at place: UInt64) throws -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(count)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, min(count, 1 << 20)), alignment: 16)
    defer { buffer.deallocate() }
    while result.count < count {
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, count - result.count)])
      let got = try read(fromAbsoluteOffset: Int64(place) + Int64(result.count), into: part)
      guard got > 0 else { throw CpioProblem.truncated(offset: place) }
      result.append(contentsOf: part[..<got])
    }
    return result
  }
}
