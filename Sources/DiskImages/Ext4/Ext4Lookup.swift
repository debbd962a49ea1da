import CExt2fs
import Model

/// Finding nodes by path. Symlinks on the way are never followed, neither for reading nor for writing.
///
/// A guest decides where its symlinks point; a clean-up that followed `/var/log -> /etc` would empty the wrong folder even though it
/// stays inside the image. A folder that is a symlink is therefore refused by name; who wants to follow one says so with `resolve`.
extension Ext4FileSystem {
  /// What a path names, a symlink at its end not followed; nil when there is no such entry.
  ///
  /// Throws `.unsafePath` when a folder on the way is a symlink, `.corrupt`, `.system`.
  package func status(_ path: ImagePath) throws -> Ext4Status? {
    guard let inode = try find(path) else { return nil }
    return try status(of: inode)
  }

  /// True when the path names anything, a dangling symlink included; throws as `status` does.
  package func exists(_ path: ImagePath) throws -> Bool { try find(path) != nil }

  /// The path with every symlink resolved inside the image, as the guest itself would see it (absolute targets start at the image's
  /// root, `..` stops there); the last component is resolved, too.
  ///
  /// nil when something on the way does not exist. Throws `.unsafePath` after 40 symlinks (as Linux does).
  package func resolve(_ path: ImagePath) throws -> ImagePath? {
    var pending = Array(path.components.reversed())
    var done: [[UInt8]] = []
    var links = 0
    while let name = pending.popLast() {
      if name.elementsEqual("..".utf8) {
        _ = done.popLast()
        continue
      }
      let here = ImagePath(components: done + [name])
      guard let found = try status(here) else { return nil }
      guard found.kind == .symlink else {
        if !pending.isEmpty, found.kind != .directory { return nil }
        done.append(name)
        continue
      }
      links += 1
      guard links <= 40 else {
        throw DiskImageError(.unsafePath, "'\(path)' passes more than 40 symlinks in the image")
      }
      let target = try linkTarget(found.inode)
      if target.first == UInt8(ascii: "/") { done = [] }
      let parts = target.split(separator: UInt8(ascii: "/")).map(Array.init).filter { $0 != [UInt8(ascii: ".")] }
      pending += parts.reversed()
      guard pending.count < 4096 else { throw DiskImageError(.unsafePath, "'\(path)' leads through too many folders") }
    }
    return ImagePath(components: done)
  }

  /// The inode of a path; nil when an entry on the way is missing.
  func find(_ path: ImagePath) throws -> ext2_ino_t? {
    var inode = ext2_ino_t(EXT2_ROOT_INO)
    for (index, name) in path.components.enumerated() {
      guard let next = try lookUp(name, in: inode) else { return nil }
      inode = next
      guard index < path.components.count - 1 else { break }
      let folder = ImagePath(components: Array(path.components[...index]))
      switch try status(of: inode).kind {
      case .directory: continue
      case .symlink:
        throw DiskImageError(
          .unsafePath, "'\(folder)' in the image is a symlink: '\(path)' is not followed through it",
          hint: "name the folder it points to")
      default: return nil
      }
    }
    return inode
  }

  /// The inode of a path that must exist; throws `.notFound`.
  func require(_ path: ImagePath) throws -> ext2_ino_t {
    guard let inode = try find(path) else { throw DiskImageError(.notFound, "there is no '\(path)' in the image") }
    return inode
  }

  func lookUp(_ name: [UInt8], in folder: ext2_ino_t) throws -> ext2_ino_t? {
    var found: ext2_ino_t = 0
    let code = name.withUnsafeBytes { bytes in
      ext2fs_lookup(
        fs, folder, bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count), nil, &found)
    }
    if code == EXT2_ET_FILE_NOT_FOUND { return nil }
    guard code == 0 else { throw Ext2Error.error("search a folder of the image", code) }
    return found
  }
}
