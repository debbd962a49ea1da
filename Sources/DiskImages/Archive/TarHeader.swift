/// One member of a pax archive: the records of its extended header and its 512 bytes (POSIX.1-2017, pax, "ustar Interchange Format").
struct TarHeader {
  /// The type flags that are written.
  enum Kind: Character {
    case file = "0"
    case hardLink = "1"
    case symlink = "2"
    case characterDevice = "3"
    case blockDevice = "4"
    case folder = "5"
    case fifo = "6"
    case extended = "x"
  }

  /// `./etc/passwd`, in bytes as a guest's names need not be UTF-8.
  var name: [UInt8]
  var kind: Kind
  /// The twelve permission bits.
  var mode: UInt16 = 0o644
  var owner: UInt32 = 0
  var group: UInt32 = 0
  /// Bytes that follow.
  var size: Int64 = 0
  /// Seconds since 1970, and nanoseconds.
  var modified: (seconds: Int64, nanoseconds: UInt32) = (0, 0)
  /// What a hard link or symlink leads to.
  var target: [UInt8] = []
  var device: (major: UInt32, minor: UInt32) = (0, 0)
  /// A file whose holes are left out: its name and length as it is unpacked. `name` is then one for programs that know no holes, and
  /// `size` counts what is written.
  var sparse: (name: [UInt8], size: Int64)?
  /// Extended attributes by name.
  var attributes: [(name: String, value: [UInt8])] = []

  /// The member's bytes up to its contents, extended header first where one is needed.
  var bytes: [UInt8] {
    let records = records
    guard !records.isEmpty else { return block }
    var extended = TarHeader(name: Array("./PaxHeaders/entry".utf8), kind: .extended)
    extended.size = Int64(records.count)
    return extended.block + records + TarHeader.padding(Int64(records.count)) + block
  }

  /// Zeros up to the next 512 bytes.
  static func padding(_ size: Int64) -> [UInt8] { [UInt8](repeating: 0, count: Int((512 - size % 512) % 512)) }

  /// What does not fit the fixed fields, exactly.
  private var records: [UInt8] {
    var records: [UInt8] = []
    func add(_ key: String, _ value: [UInt8]) { records += TarHeader.record(key, value) }
    if let sparse {
      // GNU tar's manual, "PAX Format, Version 1.0".
      add("GNU.sparse.major", Array("1".utf8))
      add("GNU.sparse.minor", Array("0".utf8))
      add("GNU.sparse.name", sparse.name)
      add("GNU.sparse.realsize", Array("\(sparse.size)".utf8))
    }
    if !TarHeader.fits(name) { add("path", name) }
    if !TarHeader.fits(target) { add("linkpath", target) }
    if size > 0o77777777777 { add("size", Array("\(size)".utf8)) }
    if owner > 0o7777777 { add("uid", Array("\(owner)".utf8)) }
    if group > 0o7777777 { add("gid", Array("\(group)".utf8)) }
    if modified.nanoseconds != 0 || !(0...0o77777777777).contains(modified.seconds) { add("mtime", time) }
    for attribute in attributes { add("SCHILY.xattr.\(attribute.name)", attribute.value) }
    return records
  }

  private var time: [UInt8] {
    // A time before 1970 counts its nanoseconds upwards, too: -0.25 s is (-1, 750000000).
    var (seconds, fraction) = (modified.seconds, Int64(modified.nanoseconds))
    let sign = seconds < 0 ? "-" : ""
    if seconds < 0, fraction > 0 { (seconds, fraction) = (seconds + 1, 1_000_000_000 - fraction) }
    let digits = String(fraction)
    return Array("\(sign)\(seconds.magnitude).\(String(repeating: "0", count: 9 - digits.count))\(digits)".utf8)
  }

  /// ASCII of at most 100 bytes; everything else goes into a record.
  private static func fits(_ text: [UInt8]) -> Bool { text.count <= 100 && text.allSatisfy { $0 < 0x80 } }

  /// `LENGTH KEY=VALUE` and a line end, where the length counts itself.
  private static func record(_ key: String, _ value: [UInt8]) -> [UInt8] {
    let rest = Array(" \(key)=".utf8) + value + [UInt8(ascii: "\n")]
    var length = rest.count + 1
    while String(length).utf8.count + rest.count != length { length = String(length).utf8.count + rest.count }
    return Array(String(length).utf8) + rest
  }

  private var block: [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ bytes: some Sequence<UInt8>, at offset: Int, limit: Int) {
      for (index, byte) in bytes.prefix(limit).enumerated() { block[offset + index] = byte }
    }
    func put(number: Int64, at offset: Int, digits: Int) {
      // What is too large is in a record.
      let text = String(number & ((1 << (3 * Int64(digits))) - 1), radix: 8)
      put(Array((String(repeating: "0", count: digits - text.count) + text).utf8), at: offset, limit: digits)
    }
    put(name, at: 0, limit: 100)
    put(number: Int64(mode), at: 100, digits: 7)
    put(number: Int64(owner), at: 108, digits: 7)
    put(number: Int64(group), at: 116, digits: 7)
    put(number: size, at: 124, digits: 11)
    put(number: max(0, modified.seconds), at: 136, digits: 11)
    put(Array("        ".utf8), at: 148, limit: 8)
    put(String(kind.rawValue).utf8, at: 156, limit: 1)
    put(target, at: 157, limit: 100)
    put(Array("ustar\0".utf8) + Array("00".utf8), at: 257, limit: 8)
    put(number: Int64(device.major), at: 329, digits: 7)
    put(number: Int64(device.minor), at: 337, digits: 7)
    put(number: block.reduce(0) { $0 + Int64($1) }, at: 148, digits: 6)
    block[154] = 0
    return block
  }
}
