import Model

/// A path inside a file system in an image: bytes, as a guest's names need not be UTF-8.
///
/// Always taken from the image's root. It cannot hold `..`, so it cannot leave the image; symlinks on the way are the business of
/// `Ext4FileSystem`, which refuses them.
package struct ImagePath: Sendable, Hashable, CustomStringConvertible {
  /// The names from the root on; none: the root itself.
  package let components: [[UInt8]]

  /// The root folder.
  package static let root = ImagePath(components: [])

  /// Reads a path; a leading slash may be missing, empty components and `.` are dropped.
  ///
  /// Throws `.unsafePath` for `..`, NUL, a name over 255 bytes (ext4's limit) or more than 255 components.
  package init(_ text: String) throws {
    let parts = text.utf8.split(separator: UInt8(ascii: "/")).map(Array.init).filter { $0 != [UInt8(ascii: ".")] }
    guard parts.count <= 255, parts.allSatisfy({ ImagePath.isUsable($0) }) else {
      throw DiskImageError(.unsafePath, "'\(text.prefix(200))' is not a usable path inside an image")
    }
    components = parts
  }

  init(components: [[UInt8]]) { self.components = components }

  /// More levels than any installed system has; a guest can nest without end, and what is looked up level by level costs the square.
  private static let deepest = 1024

  /// The path of an entry of this folder; throws `.unsafePath` for a name that only a damaged folder can hold, `.tooLarge` past 1,024
  /// levels.
  package func appending(_ name: [UInt8]) throws -> ImagePath {
    guard components.count < ImagePath.deepest else {
      throw DiskImageError(
        .tooLarge, "a folder of the image lies more than \(ImagePath.deepest) levels deep",
        hint: "add the folder that holds it to 'clean'")
    }
    guard ImagePath.isUsable(name), name != [UInt8(ascii: ".")] else {
      throw DiskImageError(.unsafePath, "a folder in the image holds an unusable name")
    }
    return ImagePath(components: components + [name])
  }

  private static func isUsable(_ name: [UInt8]) -> Bool {
    !name.isEmpty && name.count <= 255 && !name.contains(0) && !name.contains(UInt8(ascii: "/"))
      && !name.elementsEqual("..".utf8)
  }

  /// The folder it is in; the root's is the root.
  package var parent: ImagePath { ImagePath(components: components.dropLast()) }

  /// For people: absolute, control characters replaced, bytes that are not UTF-8 repaired.
  package var description: String {
    "/" + components.map { String(decoding: $0, as: UTF8.self).printable }.joined(separator: "/")
  }
}
