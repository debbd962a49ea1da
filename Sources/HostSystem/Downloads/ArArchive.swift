import Glibc
import Model
import SystemPackage

/// The outer form of a Debian package (deb(5), ar(5)): a magic line, then members with a header of 60 bytes of text each.
enum ArArchive {
  /// Where a member lies in the file.
  struct Member: Equatable {
    var name: String
    var offset: Int64
    var size: Int64
  }

  private static let magic = Array("!<arch>\n".utf8)
  private static let headerSize = 60

  /// The members in order; a broken header ends with an error that says where. Throws ``Model/FactoryError``.
  static func members(of file: OpenFile) throws -> [Member] {
    let length = Int64(try file.information().st_size)
    guard try bytes(of: file, at: 0, count: magic.count) == magic else { throw broken(file, 0, "no ar archive") }
    var result: [Member] = []
    var position = Int64(magic.count)
    while position < length {
      let header = try bytes(of: file, at: position, count: headerSize)
      guard header.count == headerSize, header[58] == 0x60, header[59] == 0x0A,
        let size = Int64(field(header[48..<58])), size >= 0
      else { throw broken(file, position, "broken member header") }
      let offset = position + Int64(headerSize)
      guard size <= length - offset else { throw broken(file, position, "a member goes past the end") }
      var name = field(header[0..<16])
      // GNU ar ends names with a slash, dpkg does not.
      if name.hasSuffix("/") { name.removeLast() }
      result.append(Member(name: name, offset: offset, size: size))
      // Members start at even offsets.
      position = offset + size + size % 2
    }
    return result
  }

  /// Copies a member into a new file.
  static func copy(_ member: Member, of file: OpenFile, to target: FilePath) throws {
    let output = try OpenFile(target, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
    var position = member.offset
    let end = member.offset + member.size
    while position < end {
      let piece = try bytes(of: file, at: position, count: Int(min(1 << 20, end - position)))
      guard !piece.isEmpty else { throw broken(file, position, "ended too early") }
      try piece.withUnsafeBytes(output.write)
      position += Int64(piece.count)
    }
  }

  private static func bytes(of file: OpenFile, at position: Int64, count: Int) throws -> [UInt8] {
    do {
      return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        filled = try file.descriptor.read(
          fromAbsoluteOffset: position, into: UnsafeMutableRawBufferPointer(buffer), retryOnInterrupt: true)
      }
    } catch let error as Errno {
      throw SystemFailure.error("read '\(file.path.string.printable)'", code: error.rawValue, status: .fetchFailed)
    }
  }

  private static func field(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self).trimmingBlanks
  }

  private static func broken(_ file: OpenFile, _ position: Int64, _ what: String) -> FactoryError {
    FactoryError(.fetchFailed, "'\(file.path.string.printable)' is no Debian package: \(what) at byte \(position)")
  }
}
