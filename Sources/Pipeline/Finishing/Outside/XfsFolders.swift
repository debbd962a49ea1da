import DiskImages
import HostSystem
import Model
import SystemPackage

/// Folders of an xfs as `xfs_db` lists them, for those that GRUB's driver stops in.
///
/// GRUB 2.06 of Debian 12 takes the end of a folder of one block for a damaged entry in an xfs with large extent counters (`nrext64`, which
/// mkfs.xfs sets from 6.5 on: Debian 13). `xfs_db` takes no offset: the file system is copied out, without its holes, when the first
/// such folder is met.
actor XfsFolders {
  private typealias Item = (name: String, inode: UInt64, kind: String)

  private let image: FilePath
  private let extent: ImageExtent
  private let copy: FilePath
  private let runner: any HostSystem.CommandRunner
  private var isCopied = false
  private var folders: [UInt64: [Item]] = [:]

  /// `copy` is a file that does not exist yet; it is removed with the value.
  init(_ extent: ImageExtent, of image: FilePath, copy: FilePath, runner: any HostSystem.CommandRunner) {
    self.image = image
    self.extent = extent
    self.copy = copy
    self.runner = runner
  }

  deinit { if isCopied { try? Folder.remove(copy) } }

  /// What is in a folder; nil when it cannot be read.
  func list(_ folder: ImagePath) async throws -> GrubListing? {
    guard runner.locate("xfs_db") != nil else { return nil }
    if !isCopied {
      let (image, extent, copy) = (image, extent, copy)
      isCopied = true
      try Folder.remove(copy)
      try await offPool { try SparseFile.extract(extent, of: image, to: copy) }
    }
    guard let top = try await output(["sb 0", "print rootino"]),
      var inode = top.split(separator: "=").last.flatMap({ UInt64($0.trimmingBlanks) })
    else { return nil }
    for name in folder.components {
      let text = String(decoding: name, as: UTF8.self)
      guard let next = try await items(of: inode)?.first(where: { $0.name == text }), next.kind == "directory" else {
        return nil
      }
      inode = next.inode
    }
    guard let items = try await items(of: inode), let sizes = try await sizes(of: items) else { return nil }
    return GrubListing(
      entries: zip(items, sizes).filter { $0.0.name != "." && $0.0.name != ".." }.map { item, size in
        GrubListing.Entry(name: item.name, isFolder: item.kind == "directory", size: size)
      })
  }

  private func items(of inode: UInt64) async throws -> [Item]? {
    if let known = folders[inode] { return known }
    guard let text = try await output(["inode \(inode)", "ls"]), let items = XfsFolders.parse(text) else { return nil }
    folders[inode] = items.map { ($0.name, $0.inode, $0.kind) }
    return folders[inode]
  }

  /// The sizes of regular files, nil for all else.
  private func sizes(of items: [Item]) async throws -> [Int64?]? {
    var sizes: [Int64?] = []
    for start in stride(from: 0, to: items.count, by: 100) {
      let part = items[start..<min(start + 100, items.count)]
      let files = part.filter { $0.kind == "regular" }
      guard let text = try await output(files.flatMap { ["inode \($0.inode)", "print core.size"] }) else { return nil }
      var numbers = text.split(separator: "\n").compactMap { line in
        line.hasPrefix("core.size = ") ? Int64(line.dropFirst("core.size = ".count)) : nil
      }[...]
      guard numbers.count == files.count else { return nil }
      for item in part { sizes.append(item.kind == "regular" ? numbers.popFirst() : nil) }
    }
    return sizes
  }

  /// Only numbers stand in the commands: no name of the guest's is one.
  private func output(_ commands: [String]) async throws -> String? {
    if commands.isEmpty { return "" }
    let words = ["-r", "-f"] + commands.flatMap { ["-c", $0] } + [copy.string]
    let command = Command("xfs_db", words, timeLimit: .seconds(60), purpose: "look into '\(image)'")
    let result = try await runner.run(command)
    return result.succeeded && !result.standardOutputTruncated ? result.standardOutput : nil
  }

  /// `19         137                regular        0x0d6cd79c  10 machine-id (good)`: place, inode, kind, hash, the name's length and
  /// the name, which may hold blanks and line ends; nil for anything else.
  static func parse(_ text: String) -> [(name: String, inode: UInt64, kind: String)]? {
    var items: [(name: String, inode: UInt64, kind: String)] = []
    var rest = Array(text.utf8)[...]
    func field() -> String {
      rest = rest.drop { $0 == UInt8(ascii: " ") }
      let word = rest.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\n") }
      rest = rest.dropFirst(word.count)
      return String(decoding: word, as: UTF8.self)
    }
    let end = Array(" (good)\n".utf8)
    while !rest.isEmpty {
      guard Int64(field()) != nil, let inode = UInt64(field()) else { return nil }
      let (kind, hash) = (field(), field())
      guard hash.hasPrefix("0x"), let length = Int(field()), (1...255).contains(length),
        rest.first == UInt8(ascii: " "), rest.dropFirst(1 + length).starts(with: end)
      else { return nil }
      items.append((String(decoding: rest.dropFirst().prefix(length), as: UTF8.self), inode, kind))
      rest = rest.dropFirst(1 + length + end.count)
    }
    return items.isEmpty ? nil : items
  }
}
