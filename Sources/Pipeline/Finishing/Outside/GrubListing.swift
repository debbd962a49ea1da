/// A folder as GRUB's `ls` prints it, put together from its two ways to do so.
///
/// `ls -la` has a line for each folder, file and link to a file; `ls -a` has every name, but ends each with a blank, which names may
/// hold too. Names come from the guest: what cannot be told apart makes the listing unusable, never a shorter one.
struct GrubListing: Sendable, Equatable {
  struct Entry: Sendable, Hashable {
    var name: String
    var isFolder: Bool
    /// Bytes of a file, or of the file that a link leads to; nil for a folder and for what GRUB cannot open: a link to a folder or to
    /// nothing, a device.
    var size: Int64?

    /// Neither a folder nor a file, nor a link to one.
    var isOther: Bool { !isFolder && size == nil }
  }

  private(set) var entries: [Entry] = []

  init(entries: [Entry]) { self.entries = entries }

  /// nil: there is no such folder, it cannot be read, or its names cannot be told apart.
  init?(plain: String, long: String) {
    // A line end closes a listing without errors, in both forms.
    guard long.hasSuffix("\n"), plain.hasSuffix("\n") else { return nil }
    let text = Array(plain.utf8.dropLast())
    var position = 0
    for entry in GrubListing.lines(long) {
      let shown = Array((entry.name + (entry.isFolder ? "/" : "")).utf8) + [GrubListing.blank]
      while !text[position...].starts(with: shown) {
        guard let end = text[position...].firstIndex(of: GrubListing.blank) else { return nil }
        guard add(other: text[position..<end]) else { return nil }
        position = end + 1
      }
      position += shown.count
      if entry.name != ".", entry.name != ".." { entries.append(entry) }
    }
    while position < text.count {
      guard let end = text[position...].firstIndex(of: GrubListing.blank) else { return nil }
      guard add(other: text[position..<end]) else { return nil }
      position = end + 1
    }
  }

  private static let blank = UInt8(ascii: " ")

  /// A name, or a part of one with blanks, that only `ls -a` has: no folder, those have a line of their own.
  private mutating func add(other bytes: ArraySlice<UInt8>) -> Bool {
    guard !bytes.isEmpty else { return true }
    guard bytes.last != UInt8(ascii: "/") else { return false }
    entries.append(Entry(name: String(decoding: bytes, as: UTF8.self), isFolder: false, size: nil))
    return true
  }

  /// `5            20261121151727 os-release`, `DIR          20261121151727 etc/`; anything else goes on with the name before it.
  private static func lines(_ long: String) -> [Entry] {
    var entries: [Entry] = []
    // The last line end closes the listing, the one before it the last line.
    let body = long.utf8.dropLast(2)
    guard !body.isEmpty else { return [] }
    for line in body.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if let entry = entry(line) {
        entries.append(entry)
      } else if let last = entries.indices.last {
        entries[last].name += "\n" + String(decoding: line, as: UTF8.self)
      }
    }
    return entries.map { entry in
      var entry = entry
      if entry.isFolder, entry.name.hasSuffix("/") { entry.name.removeLast() }
      return entry
    }
  }

  private static func entry(_ line: Substring.UTF8View) -> Entry? {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard let first = line.firstIndex(of: blank), line.distance(from: line.startIndex, to: first) > 0 else {
      return nil
    }
    let kind = String(decoding: line[..<first], as: UTF8.self)
    let size = Int64(kind)
    guard kind == "DIR" || (size ?? -1) >= 0 else { return nil }
    let rest = line[first...].drop { $0 == blank }
    // The first field is padded to 12 columns.
    switch line.distance(from: line.startIndex, to: rest.startIndex) - max(kind.utf8.count, 12) {
    // A subvolume that nothing was changed in has no time, and no blank before it.
    case 0 where !rest.isEmpty:
      return Entry(name: String(decoding: rest, as: UTF8.self), isFolder: kind == "DIR", size: size)
    case 1: break
    default: return nil
    }
    let time = rest.prefix { digits.contains($0) }
    guard time.count >= 14, time.endIndex < rest.endIndex, rest[time.endIndex] == blank else { return nil }
    let name = rest[rest.index(after: time.endIndex)...]
    guard !name.isEmpty else { return nil }
    return Entry(name: String(decoding: name, as: UTF8.self), isFolder: kind == "DIR", size: size)
  }
}
