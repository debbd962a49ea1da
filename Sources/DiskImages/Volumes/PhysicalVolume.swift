/// The label and the metadata of an LVM2 physical volume.
///
/// On-disk layout: lib/format_text/layout.h and lib/label/label.h of LVM2's source; all numbers little endian, offsets from the start of the
/// physical volume.
struct PhysicalVolume {
  /// 32 characters, without dashes.
  let identifier: String
  /// The whole text of the metadata.
  let metadata: LVMText

  init(_ file: borrowing HostFile, _ extent: ImageExtent) throws {
    let head = Bytes(list: try file.bytes(at: extent.offset, count: 4096))
    guard
      let label = (0..<4).map({ $0 * 512 }).first(where: {
        head.has("LABELONE", at: $0) && head.has("LVM2 001", at: $0 + 24)
      })
    else { throw PhysicalVolume.damaged("no label") }
    let header = label + Int(head.number(label + 20, 4))
    guard header + 512 <= 4096, head.crc(label + 20, label + 512) == head.number(label + 16, 4) else {
      throw PhysicalVolume.damaged("the label's checksum is wrong")
    }
    identifier = String(decoding: head.list[header..<header + 32], as: UTF8.self)
    metadata = try PhysicalVolume.text(file, extent, areas: head.areas(header + 40))
  }

  /// The newest text of the first area that has one; an area without text was made with `--metadataignore`.
  private static func text(
    _ file: borrowing HostFile, _ extent: ImageExtent, areas: [(offset: Int64, size: Int64)]
  ) throws -> LVMText {
    for area in areas {
      guard area.offset >= 0, area.size > 512, area.offset <= extent.length - area.size else { continue }
      let header = Bytes(list: try file.bytes(at: extent.offset + area.offset, count: 512))
      guard header.has(" LVM2 x[5A%r0N*>", at: 4), header.crc(4, 512) == header.number(0, 4) else { continue }
      let place = header.number(40, 8)
      let size = header.number(48, 8)
      guard place >= 512, place < area.size, (1...min(area.size - 512, 4 << 20)).contains(size) else { continue }
      // The area is a ring behind its header.
      let first = min(size, area.size - place)
      var bytes = try file.bytes(at: extent.offset + area.offset + place, count: Int(first))
      if first < size { bytes += try file.bytes(at: extent.offset + area.offset + 512, count: Int(size - first)) }
      let text = Bytes(list: bytes)
      guard text.crc(0, bytes.count) == header.number(56, 4), let parsed = LVMText.parse(bytes) else {
        throw damaged("the metadata's checksum is wrong")
      }
      return parsed
    }
    throw damaged("no metadata")
  }

  private static func damaged(_ what: String) -> DiskImageError {
    DiskImageError(.corrupt, "the LVM physical volume cannot be read: \(what)")
  }
}

/// Little-endian numbers and LVM's checksum over a list of bytes; what lies outside reads as zero.
private struct Bytes {
  let list: [UInt8]

  func has(_ text: String, at offset: Int) -> Bool {
    offset + text.utf8.count <= list.count && list[offset..<offset + text.utf8.count].elementsEqual(text.utf8)
  }

  /// Numbers beyond 63 bits come out negative, which no check accepts.
  func number(_ offset: Int, _ count: Int) -> Int64 {
    guard offset >= 0, offset + count <= list.count else { return 0 }
    return list[offset..<offset + count].reversed().reduce(0) { $0 << 8 | Int64($1) }
  }

  /// The metadata areas: behind the data areas, both lists of (offset, size) ended by zeros.
  func areas(_ start: Int) -> [(offset: Int64, size: Int64)] {
    var position = start
    while number(position, 8) != 0, position < list.count { position += 16 }
    position += 16
    var found: [(offset: Int64, size: Int64)] = []
    while number(position, 8) != 0, found.count < 8 {
      found.append((number(position, 8), number(position + 8, 8)))
      position += 16
    }
    return found
  }

  /// CRC-32 with LVM's own start value and no final inversion (lib/misc/crc.c of LVM2's source).
  func crc(_ start: Int, _ end: Int) -> Int64 {
    guard start >= 0, start <= end, end <= list.count else { return -1 }
    var crc: UInt32 = 0xF597_A6CF
    for byte in list[start..<end] {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return Int64(crc)
  }
}
