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
  private var session: Session?

  init(_ image: FilePath, _ extent: ImageExtent, at place: ImagePath) throws {
    self.image = image
    self.extent = extent
    self.place = place
    _ = try readable()
  }

  func readable() throws -> Session {
    if let session { return session }
    return try open(.readOnly)
  }

  func writable() throws -> Session {
    if let session, session.files.mode == .readWrite { return session }
    // First that one: the bitmaps of a large disk are not needed twice in memory.
    session = nil
    return try open(.readWrite)
  }

  func flush() throws {
    if let session, session.files.mode == .readWrite { try session.files.flush() }
  }

  private func open(_ mode: Ext4FileSystem.Mode) throws -> Session {
    let opened = Session(try Ext4FileSystem.open(image: image, extent: extent, mode: mode))
    session = opened
    return opened
  }
}
