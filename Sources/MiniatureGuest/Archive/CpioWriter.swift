/// Writes a newc archive, the same bytes for the same members whatever their order.
///
/// Format: the kernel's `Documentation/driver-api/early-userspace/buffer-format.rst`.
package struct CpioWriter {
  /// A member may have 4 GiB less a byte; more than this is a mistake in a miniature.
  static let largestFile = 256 << 20

  private var bytes: [UInt8] = []
  private var inode: UInt32 = 0

  /// The archive of all members, sorted by name, with the folders they need, padded to 512 bytes so that further members can
  /// be appended as virt-install appends them.
  ///
  /// Throws `CpioProblem` for a path that leaves the archive, a name given twice and a hard link to nothing.
  package static func archive(_ entries: [CpioEntry]) throws(CpioProblem) -> [UInt8] {
    let members = try complete(entries)
    let links = try linkGroups(members)
    var writer = CpioWriter()
    var done: Set<String> = []
    for path in members.keys.sorted() where !done.contains(path) {
      guard let entry = members[path] else { continue }
      if case .hardLink = entry.kind { continue }
      let group = links[path] ?? []
      writer.append(entry, alsoNamed: group)
      done.formUnion(group)
    }
    writer.finish()
    return writer.bytes
  }

  /// All members by name, each with its parent folders.
  private static func complete(_ entries: [CpioEntry]) throws(CpioProblem) -> [String: CpioEntry] {
    var members: [String: CpioEntry] = [:]
    for var entry in entries {
      guard let path = CpioPath.normal(entry.path), !path.isEmpty else { throw .badPath(entry.path) }
      guard members[path] == nil else { throw .duplicate(path) }
      if case .file(let content) = entry.kind, content.count > largestFile { throw .tooLarge(path) }
      entry.path = path
      members[path] = entry
    }
    for path in Array(members.keys) {
      for parent in CpioPath.parents(of: path) where members[parent] == nil {
        members[parent] = .folder(parent)
      }
    }
    return members
  }

  /// The hard links of each file, by the file's name.
  private static func linkGroups(_ members: [String: CpioEntry]) throws(CpioProblem) -> [String: [String]] {
    var groups: [String: [String]] = [:]
    for (path, entry) in members {
      guard case .hardLink(let target) = entry.kind else { continue }
      guard let name = CpioPath.normal(target), case .file = members[name]?.kind else {
        throw .missingLinkTarget(path: path, target: target)
      }
      groups[name, default: []].append(path)
    }
    return groups.mapValues { $0.sorted() }
  }

  /// The content goes with the last name of a file, as GNU cpio writes it and every reader understands it.
  private mutating func append(_ entry: CpioEntry, alsoNamed others: [String]) {
    inode += 1
    let names = [entry.path] + others
    for (index, name) in names.enumerated() {
      var content: [UInt8] = []
      switch entry.kind {
      case .file(let data) where index == names.count - 1: content = data
      case .symbolicLink(let target): content = Array(target.utf8)
      default: break
      }
      appendMember(entry, name: name, links: entry.kind == .folder ? 2 : names.count, content: content)
    }
  }

  private mutating func appendMember(_ entry: CpioEntry, name: String, links: Int, content: [UInt8]) {
    var device: (major: UInt32, minor: UInt32) = (0, 0)
    if case .characterDevice(let major, let minor) = entry.kind { device = (major, minor) }
    let nameBytes = Array(name.utf8) + [0]
    bytes += Array("070701".utf8)
    // The time is fixed: the same input gives the same initrd.
    let fields: [UInt32] = [
      inode, entry.kind.typeBits | entry.permissions, entry.owner, entry.group, UInt32(links), 0,
      UInt32(content.count), 0, 0, device.major, device.minor, UInt32(nameBytes.count), 0,
    ]
    for field in fields { appendHex(field) }
    bytes += nameBytes
    pad(to: 4)
    bytes += content
    pad(to: 4)
  }

  private mutating func finish() {
    inode = 0
    appendMember(CpioEntry("", .hardLink(to: ""), permissions: 0), name: "TRAILER!!!", links: 1, content: [])
    pad(to: 512)
  }

  private mutating func appendHex(_ value: UInt32) {
    let digits = Array("0123456789abcdef".utf8)
    for shift in stride(from: 28, through: 0, by: -4) {
      bytes.append(digits[Int((value >> UInt32(shift)) & 0xF)])
    }
  }

  private mutating func pad(to unit: Int) {
    let rest = bytes.count % unit
    if rest != 0 { bytes += [UInt8](repeating: 0, count: unit - rest) }
  }
}
