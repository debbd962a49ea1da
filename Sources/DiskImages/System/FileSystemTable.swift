/// The lines of a guest's `/etc/fstab` that may mount a file system of given kinds at boot (fstab(5)).
///
/// The guest wrote it: a line that makes no sense is passed over, as mount(8) does.
struct FileSystemTable: Sendable, Hashable {
  /// One line.
  struct Entry: Sendable, Hashable {
    /// `UUID=…`, `LABEL=…`, `/dev/…`.
    var source: String
    var place: ImagePath
    /// `subvol=@home`.
    var options: [String] = []
  }

  var entries: [Entry] = []

  /// More than any has; a longer one is read up to here.
  static let largestSize = 1 << 16
  private static let mostLines = 256

  /// The kinds as fstab names them; a line with `auto` is of every kind.
  init(_ bytes: some Sequence<UInt8>, of kinds: Set<String> = ["ext2", "ext3", "ext4"]) {
    let text = Array(bytes.prefix(FileSystemTable.largestSize))
    for line in text.split(separator: UInt8(ascii: "\n")).prefix(FileSystemTable.mostLines) {
      let fields = line.split { $0 == 0x20 || $0 == 0x09 }.map(FileSystemTable.plain)
      guard fields.count >= 2, !fields[0].hasPrefix("#"), fields[1].hasPrefix("/"),
        fields.count < 3
          || fields[2].split(separator: ",").contains(where: { $0 == "auto" || kinds.contains(String($0)) }),
        let place = try? ImagePath(fields[1]), place != .root
      else { continue }
      let options = fields.count < 4 ? [] : fields[3].split(separator: ",").map(String.init)
      guard !options.contains("noauto") else { continue }
      entries.append(Entry(source: fields[0], place: place, options: options))
    }
  }

  /// Blanks, tabs, line ends and backslashes are written as `\` and three octal digits.
  private static func plain(_ field: ArraySlice<UInt8>) -> String {
    var result: [UInt8] = []
    var rest = field
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == UInt8(ascii: "\\"), digits.count == 3, digits.allSatisfy({ (0x30...0x37).contains($0) }) {
        result.append(UInt8(truncatingIfNeeded: digits.reduce(0) { $0 << 3 | Int($1 & 7) }))
        rest = rest.dropFirst(3)
      } else {
        result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
