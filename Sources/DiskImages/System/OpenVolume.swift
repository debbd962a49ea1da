import SystemPackage

/// One file system of a system, opened for reading until something is to be changed in it.
///
/// Not at once for writing: a file system with a feature that is not written here (quota on `/home`) is no obstacle as long as nothing
/// is to be changed in it.
final class OpenVolume {
  /// A session that several readers of one thread share.
  final class Session {
    let files: Ext4FileSystem

    init(_ files: consuming Ext4FileSystem) { self.files = files }
  }

  let place: ImagePath
  private let image: FilePath
  private let extent: ImageExtent
  private(set) var open: Session

  init(_ image: FilePath, _ extent: ImageExtent, at place: ImagePath) throws {
    self.image = image
    self.extent = extent
    self.place = place
    open = Session(try Ext4FileSystem.open(image: image, extent: extent, mode: .readOnly))
  }

  func writable() throws -> Session {
    if open.files.mode != .readWrite {
      open = Session(try Ext4FileSystem.open(image: image, extent: extent, mode: .readWrite))
    }
    return open
  }

  func flush() throws { if open.files.mode == .readWrite { try open.files.flush() } }
}
