import CPrivileged
import Glibc
import PrivilegedOperations

/// Removes files and folders of the guest's by descriptor, whatever their depth and number.
final class GuestRemoval {
  private(set) var names = 0
  private(set) var bytes: Int64 = 0
  private let tree: GuestTree
  private let kept: GuestKept
  /// Folders open at one time; what lies deeper is first moved up.
  private static let deepest = 200
  private var moved = 0

  init(tree: GuestTree, keeping kept: GuestKept) {
    self.tree = tree
    self.kept = kept
  }

  /// Removes a path with everything below it but what is kept.
  func remove(_ path: GuestPath) throws {
    if kept.covers(path) { return }
    if kept.liesBelow(path), try tree.status(path)?.isA(S_IFDIR) == true {
      for name in try tree.names(in: path) { try remove(path.appending(name)) }
      return
    }
    guard !path.names.isEmpty else { throw Failure("'\(path.shown)' is a file system of its own and stays") }
    try remove(path.last, in: try tree.openParent(path), top: nil, depth: 0)
  }

  /// `top` is the folder that is removed as a whole: it takes what is too deep.
  private func remove(_ name: [CChar], in folder: borrowing Descriptor, top: Int32?, depth: Int) throws {
    var status = stat()
    guard fstatat(folder.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      throw Failure.system("look at \(shown(name)) in the image")
    }
    guard status.isA(S_IFDIR) else {
      guard unlinkat(folder.number, name, 0) == 0 else { throw Failure.system("remove \(shown(name)) in the image") }
      if status.st_nlink == 1 { bytes += Int64(status.st_blocks) * 512 }
      names += 1
      return
    }
    if let top, depth >= GuestRemoval.deepest {
      moved += 1
      let place = Array(".image-factory-\(moved)".utf8).map { CChar(bitPattern: $0) } + [0]
      guard renameat(folder.number, name, top, place) == 0 else {
        throw Failure.system("move a deep folder in the image")
      }
      return
    }
    let inner = try Descriptor(
      privileged_beneath(folder.number, name, PRIVILEGED_LIST, 0), to: "open the folder \(shown(name)) in the image")
    try empty(inner, top: top ?? inner.number, depth: depth)
    guard unlinkat(folder.number, name, AT_REMOVEDIR) == 0 else {
      throw Failure.system("remove the folder \(shown(name)) in the image")
    }
    names += 1
  }

  /// In pieces: a folder with a million names takes no memory.
  private func empty(_ folder: borrowing Descriptor, top: Int32, depth: Int) throws {
    while true {
      let names = try FolderListing.names(of: folder, atMost: 4096)
      if names.isEmpty { return }
      for name in names {
        try remove(name.map { CChar(bitPattern: $0) } + [0], in: folder, top: top, depth: depth + 1)
      }
    }
  }

  private func shown(_ name: [CChar]) -> String {
    "'\(String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))'"
  }
}
