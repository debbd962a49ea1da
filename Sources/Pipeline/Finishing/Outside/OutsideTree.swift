import DiskImages
import HostSystem
import Model
import PrivilegedOperations
import SystemPackage

/// The guest's system inside an xfs or btrfs as it is seen from outside: paths of the running system, listed folder by folder.
actor OutsideTree {
  /// What looking for a system gave.
  enum Found: Sendable {
    case system(OutsideTree)
    /// The file system can be read, and holds no system.
    case noSystem
    /// GRUB's drivers cannot read it, or are not installed.
    case unreadable
  }

  private typealias Place = (names: [[UInt8]], folder: ImagePath)

  private let reader: GrubReader
  /// Where the system's folders are in the file system; the root last.
  private let places: [Place]
  private var listings: [ImagePath: GrubListing] = [:]
  /// Folders that cannot be read, as paths of the system.
  private(set) var unreadable: Set<ImagePath> = []
  /// By pattern a folder that the pattern names and that is likely a link: what is behind it was not looked at.
  private(set) var linked: [String: ImagePath] = [:]

  private init(_ reader: GrubReader, _ places: [Place]) {
    self.reader = reader
    self.places = places
    // The way to a place that is mounted in another file system.
    guard !places.contains(where: { $0.names.isEmpty }) else { return }
    for place in places {
      for (depth, name) in place.names.enumerated() {
        let above = Array(place.names.prefix(depth))
        if places.contains(where: { above.starts(with: $0.names) }) { break }
        let entry = GrubListing.Entry(name: String(decoding: name, as: UTF8.self), isFolder: true, size: nil)
        guard let folder = try? above.reduce(ImagePath.root, { try $0.appending($1) }) else { continue }
        let known = listings[folder]?.entries ?? []
        if !known.contains(entry) { listings[folder] = GrubListing(entries: known + [entry]) }
      }
    }
  }

  /// A file system that holds parts of a system and not its root; nil when GRUB's driver cannot read it.
  static func part(
    _ mounts: [ForeignMount], in volume: GuestVolume, of image: FilePath, scratch: FilePath, host: Host
  ) async throws -> OutsideTree? {
    guard let reader = try await GrubReader.of(volume, in: image, scratch: scratch, host: host) else { return nil }
    for mount in mounts { guard try await reader.list(mount.folder) != nil else { return nil } }
    let places = mounts.map { (names: $0.place.components, folder: $0.folder) }
    return OutsideTree(reader, places.sorted { $0.names.count > $1.names.count })
  }

  /// Whether the root of the system is in it.
  var hasRoot: Bool { places.contains { $0.names.isEmpty } }

  /// Whether something is mounted at a path or below it: it is a folder that stays.
  func holdsMount(_ path: ImagePath) -> Bool {
    places.contains { !$0.names.isEmpty && $0.names.starts(with: path.components) }
  }

  /// Finds the folder with `etc` and `usr`, and the subvolumes that the system's fstab mounts.
  ///
  /// `scratch`: a folder for what is needed on the way.
  static func find(
    in volume: GuestVolume, of image: FilePath, scratch: FilePath, host: Host
  ) async throws -> Found {
    guard let reader = try await GrubReader.of(volume, in: image, scratch: scratch, host: host),
      let top = try await reader.list(.root)
    else { return .unreadable }
    for root in volume.kind == .btrfs ? GuestSubvolumes.roots : [""] {
      let folder = try ImagePath(root)
      guard let names = try await root.isEmpty ? top : reader.list(folder),
        names.hasFolder("etc"), names.hasFolder("usr")
      else { continue }
      var places: [Place] = []
      if volume.kind == .btrfs {
        let table = try await reader.read(
          folder.appending(Array("etc".utf8)).appending(Array("fstab".utf8)), limit: GuestSubvolumes.largestTable)
        for mount in GuestSubvolumes.mounts(in: table ?? []) {
          let volume = try mount.volume.reduce(ImagePath.root) { try $0.appending($1) }
          if try await reader.list(volume) != nil { places.append((mount.place, volume)) }
        }
      }
      return .system(
        OutsideTree(reader, places.sorted { $0.names.count > $1.names.count } + [([], folder)]))
    }
    return .noSystem
  }

  /// What is at a path, a link not followed; nil when nothing is.
  func entry(_ path: ImagePath) async throws -> GrubListing.Entry? {
    guard let name = path.components.last.map({ String(decoding: $0, as: UTF8.self) }) else {
      return GrubListing.Entry(name: "", isFolder: true, size: nil)
    }
    return try await entries(of: path.parent).first { $0.name == name }
  }

  /// What is in a folder that is one; nothing when it cannot be read, which ``unreadable`` then says.
  func entries(of folder: ImagePath) async throws -> [GrubListing.Entry] {
    if let known = listings[folder] { return known.entries }
    // A folder that is none, or is reached by a link, has nothing.
    if folder != .root, try await entry(folder)?.isFolder != true { return [] }
    guard let listing = try await reader.list(place(of: folder)) else {
      unreadable.insert(folder)
      return []
    }
    listings[folder] = listing
    return listing.entries
  }

  /// At most `limit` bytes of a file; nil when it cannot be read.
  func read(_ path: ImagePath, limit: Int) async throws -> [UInt8]? {
    try await reader.read(place(of: path), limit: limit)
  }

  /// The paths that match, as for other file systems; a folder that is likely a link matches nothing, which ``linked`` then says.
  func expand(_ pattern: String) async throws -> [ImagePath] {
    let parts = try ImagePath(pattern).components
    var found = [ImagePath.root]
    for (index, part) in parts.enumerated() {
      var next: [ImagePath] = []
      for folder in found {
        if index > 0, !Glob.isWild(parts[index - 1]), try await entry(folder)?.isOther == true {
          linked[pattern] = folder
          continue
        }
        for entry in try await entries(of: folder) where Glob.matches(part, Array(entry.name.utf8)) {
          next.append(try folder.appending(Array(entry.name.utf8)))
        }
      }
      found = next
    }
    return found.sorted { $0.description < $1.description }
  }

  private func place(of path: ImagePath) throws -> ImagePath {
    for place in places where path.components.starts(with: place.names) {
      return try path.components.dropFirst(place.names.count).reduce(place.folder) { try $0.appending($1) }
    }
    return path
  }
}

extension GrubListing {
  func hasFolder(_ name: String) -> Bool { entries.contains { $0.name == name && $0.isFolder } }
}
