import CPrivileged
import Glibc
import PrivilegedOperations

/// A path in the guest's system: the folder it is looked up in, and the names from there on.
struct GuestPath {
  /// The root of the system, or that of a subvolume mounted in it.
  let base: SubvolumeMount
  var names: [[UInt8]]

  /// As the guest sees it.
  var absolute: [UInt8] { (base.names + names).flatMap { [UInt8(ascii: "/")] + $0 } }
  /// For people.
  var shown: String { String(decoding: absolute, as: UTF8.self) }

  /// For openat2 below the base, ended by NUL.
  var relative: [CChar] { GuestPath.joined(names) }
  var parent: [CChar] { GuestPath.joined(names.dropLast()) }
  var last: [CChar] { GuestPath.joined(names.suffix(1)) }

  func appending(_ name: [UInt8]) -> GuestPath { GuestPath(base: base, names: names + [name]) }

  private static func joined(_ names: some Sequence<[UInt8]>) -> [CChar] {
    let text = Array(names.joined(separator: [UInt8(ascii: "/")]))
    return (text.isEmpty ? [UInt8(ascii: ".")] : text).map { CChar(bitPattern: $0) } + [0]
  }
}

/// The guest's system inside a file system: every lookup is openat2(2) below an open folder, without links, mounts or a way up.
struct GuestTree {
  /// The folder that is the system's root, empty for the top of the file system.
  let rootName: [UInt8]
  /// The root last: the first one whose place a path is in is the one to look in.
  private let mounts: [SubvolumeMount]

  /// Finds the folder with `etc` and `usr`; nil when there is none. Of a part of a system it is the top.
  init?(top: borrowing Descriptor, kind: GuestVolume.Kind, isPart: Bool = false) throws {
    if isPart {
      rootName = []
      let folder = privileged_beneath(top.number, ".", PRIVILEGED_FOLDER, 0)
      mounts = [SubvolumeMount(names: [], folder: try Descriptor(folder, to: "open the file system"))]
      return
    }
    for place in kind == .btrfs ? GuestSubvolumes.roots : [""] {
      let number = privileged_beneath(top.number, place.isEmpty ? "." : place, PRIVILEGED_FOLDER, 0)
      if number < 0, ![ENOENT, ENOTDIR, ELOOP].contains(errno) { throw Failure.system("open the file system") }
      guard number >= 0 else { continue }
      let root = SubvolumeMount(names: [], folder: try Descriptor(number, to: "open the system"))
      guard root.hasFolder("etc"), root.hasFolder("usr") else { continue }
      rootName = Array(place.utf8)
      mounts = (kind == .btrfs ? try SubvolumeMount.list(in: root, top: top) : []) + [root]
      return
    }
    return nil
  }

  /// The path of names from the system's root on, in the subvolume that is mounted there.
  func path(_ names: [[UInt8]]) throws -> GuestPath {
    guard let base = mounts.first(where: { names.starts(with: $0.names) }) else { throw Failure("no root") }
    return GuestPath(base: base, names: Array(names.dropFirst(base.names.count)))
  }

  /// The path of a text such as `/etc/machine-id`.
  func path(_ text: String) throws -> GuestPath {
    try path(text.utf8.split(separator: UInt8(ascii: "/")).map(Array.init))
  }

  /// What is there, a link not followed; nil when nothing is.
  func status(_ path: GuestPath) throws -> stat? {
    let number = privileged_beneath(path.base.folder.number, path.relative, PRIVILEGED_LOOK, 0)
    if number < 0, errno == ENOENT || errno == ENOTDIR { return nil }
    if number < 0, errno == ELOOP { throw Failure("'\(path.shown)' in the image passes a symlink: it is not followed") }
    return try Descriptor(number, to: "look at '\(path.shown)' in the image").status()
  }

  /// Opens something that is there.
  func open(_ path: GuestPath, _ flags: privileged_flags) throws -> Descriptor {
    try Descriptor(
      privileged_beneath(path.base.folder.number, path.relative, flags, 0), to: "open '\(path.shown)' in the image")
  }

  /// The folder that something is in.
  func openParent(_ path: GuestPath) throws -> Descriptor {
    try Descriptor(
      privileged_beneath(path.base.folder.number, path.parent, PRIVILEGED_FOLDER, 0),
      to: "open the folder of '\(path.shown)' in the image")
  }

  /// The names in a folder, without `.` and `..`.
  func names(in path: GuestPath, limit: Int = GuestLimits.mostMatches) throws -> [[UInt8]] {
    let folder = try open(path, PRIVILEGED_LIST)
    let names = try FolderListing.names(of: folder, atMost: limit + 1)
    guard names.count <= limit else { throw Failure("'\(path.shown)' in the image holds more than \(limit) files") }
    return names
  }

  /// The paths that match, sorted: `*` and `?` within one component, a leading dot only when the pattern has it.
  ///
  /// A folder that is a link matches nothing, and `linked` is told of it when it was named and not found by a wildcard.
  func expand(_ pattern: String, linked: (GuestPath) throws -> Void = { _ in }) throws -> [GuestPath] {
    let parts = pattern.utf8.split(separator: UInt8(ascii: "/")).map(Array.init)
    let literal = Array(parts.prefix { !GuestGlob.isWild($0) })
    if let link = try link(above: literal) {
      try linked(link)
      return []
    }
    var found = [try path(literal)]
    guard try status(found[0]) != nil else { return [] }
    // What a wildcard found may be anything; what was named has to be a folder that is there.
    var named = true
    for part in parts.dropFirst(literal.count) {
      var next: [GuestPath] = []
      for folder in found {
        guard let status = try status(folder) else { continue }
        if named, status.isA(S_IFLNK) { try linked(folder) }
        guard status.isA(S_IFDIR) else { continue }
        if GuestGlob.isWild(part) {
          next += try names(in: folder).filter { GuestGlob.matches(part, $0) }.map(folder.appending)
        } else if try self.status(folder.appending(part)) != nil {
          next.append(folder.appending(part))
        }
        guard next.count <= GuestLimits.mostMatches else { throw Failure("'\(pattern)' matches too many paths") }
      }
      found = next
      named = !GuestGlob.isWild(part)
    }
    return found.sorted { $0.absolute.lexicographicallyPrecedes($1.absolute) }
  }

  /// The first folder on the way to the last of these names that is a link.
  private func link(above names: [[UInt8]]) throws -> GuestPath? {
    for count in names.indices.dropFirst() {
      let folder = try path(Array(names.prefix(count)))
      guard let status = try status(folder) else { return nil }
      if status.isA(S_IFLNK) { return folder }
    }
    return nil
  }
}
