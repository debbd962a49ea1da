/// What a program or library for Linux on x86-64 needs to run: its loader and its libraries, read from the ELF file itself.
///
/// `ldd` is no way to learn it: the installer's programs need a newer libc than the host may have. Format: `elf(5)`.
struct ProgramFile: Equatable {
  /// The loader's absolute path; nil for a static program or a library.
  var interpreter: String?
  /// The names of the libraries it is linked with, such as `libc.so.6`.
  var libraries: [String]

  /// Nil when the bytes are no 64-bit little-endian ELF file for x86-64, or a broken one.
  init?(_ bytes: [UInt8]) {
    let reader = LittleEndian(bytes)
    guard bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]), reader.short(18) == 62,
      let tableOffset = reader.long(32), let entrySize = reader.short(54), let entries = reader.short(56),
      entrySize >= 56, entries <= 64
    else { return nil }
    var segments: [Segment] = []
    for index in 0..<entries {
      guard let segment = Segment(reader, at: tableOffset + index * entrySize) else { return nil }
      segments.append(segment)
    }
    interpreter = segments.first { $0.kind == 3 }.flatMap { reader.text(at: $0.offset, limit: $0.size) }
    libraries = []
    guard let dynamic = segments.first(where: { $0.kind == 2 }) else { return }
    guard let names = Self.needed(reader, dynamic, segments) else { return nil }
    libraries = names
  }

  /// The `DT_NEEDED` names of the dynamic section.
  private static func needed(_ reader: LittleEndian, _ dynamic: Segment, _ segments: [Segment]) -> [String]? {
    var places: [Int] = []
    var table: Int?
    for place in stride(from: dynamic.offset, to: dynamic.offset + min(dynamic.size, 1 << 16), by: 16) {
      guard let tag = reader.long(place), let value = reader.long(place + 8) else { return nil }
      if tag == 0 { break }
      if tag == 1 { places.append(value) }
      if tag == 5 {
        // The string table is named by address; the segment loaded there tells its place in the file.
        table = segments.first { $0.kind == 1 && value >= $0.address && value - $0.address < $0.size }
          .map { value - $0.address + $0.offset }
      }
    }
    guard !places.isEmpty else { return [] }
    guard let table, places.count <= 64 else { return nil }
    let names = places.compactMap { reader.text(at: table + $0, limit: 256) }
    // A library's name becomes a path: only plain names are believed.
    return names.count == places.count && names.allSatisfy { !$0.isEmpty && !$0.contains("/") } ? names : nil
  }

  private struct Segment {
    var kind: Int
    var offset: Int
    var address: Int
    var size: Int

    init?(_ reader: LittleEndian, at place: Int) {
      guard let kind = reader.word(place), let offset = reader.long(place + 8), let address = reader.long(place + 16),
        let size = reader.long(place + 32)
      else { return nil }
      self.kind = kind
      self.offset = offset
      self.address = address
      self.size = size
    }
  }
}
