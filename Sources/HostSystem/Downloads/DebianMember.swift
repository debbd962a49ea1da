import Glibc
import Model
import SystemPackage

/// One file out of a Debian package in the cache.
struct DebianMember {
  let store: CacheStore
  let runner: any CommandRunner
  let request: SourceRequest
  /// Relative to the package's root, without `./`.
  let member: String

  /// Unpacks the member of `package` and takes it into the cache; nothing but a regular file is taken.
  ///
  /// Throws ``Model/FactoryError``.
  func take(from package: CachedSource) async throws -> (sha256: String, size: Int64) {
    let unpacked = UnpackedMember(
      request: request, member: member, container: package,
      listing: "dpkg-deb --contents \(ShellWords.join([package.path.string]))")
    let scratch = try ScratchFolder(under: store.scratch, prefix: "deb")
    defer { try? scratch.close() }
    let archive = try unpackOuter(package, into: scratch.path)
    let root = scratch.path.appending("root")
    try Folder.create(root, mode: 0o700)
    let command = try extraction(of: archive, into: root)
    let result = try await runner.run(command)
    guard result.succeeded else {
      if result.lastLines.contains(where: { $0.contains("Not found in archive") }) { throw unpacked.missing }
      throw result.failure(of: command, status: .fetchFailed)
    }
    return try unpacked.adopt(root.appending(member), into: store)
  }

  private func unpackOuter(_ package: CachedSource, into folder: FilePath) throws -> FilePath {
    let file = try OpenFile(package.path, O_RDONLY, status: .fetchFailed)
    let members = try ArArchive.members(of: file)
    guard members.first?.name == "debian-binary",
      let data = members.first(where: { $0.name == "data.tar" || $0.name.hasPrefix("data.tar.") })
    else {
      throw FactoryError(.fetchFailed, "'\(package.source)' is no Debian package: it has no file archive")
    }
    let target = folder.appending("data.tar").appendingExtension(of: data.name)
    try ArArchive.copy(data, of: file, to: target)
    return target
  }

  /// tar takes only the named member; a link in the archive cannot lead it elsewhere, because no other member is unpacked.
  private func extraction(of archive: FilePath, into root: FilePath) throws -> Command {
    let filters = ["xz": "--xz", "gz": "--gzip", "zst": "--zstd", "bz2": "--bzip2"]
    let programs = ["xz": "xz", "gz": "gzip", "zst": "zstd", "bz2": "bzip2"]
    var arguments = ["--extract", "--file=\(archive.string)", "--directory=\(root.string)"]
    let purpose = "unpack \(request.name)"
    if let kind = archive.extension, kind != "tar" {
      guard let filter = filters[kind], let program = programs[kind] else {
        throw FactoryError(
          .fetchFailed, "cannot \(purpose): a package compressed with '\(kind.printable)' is not known")
      }
      if runner.locate(program) == nil { throw ToolCatalogue.missing(Command(program, purpose: purpose)) }
      arguments.append(filter)
    }
    arguments += ["--no-same-owner", "--no-same-permissions", "--occurrence", "--", "./\(member)"]
    return Command("tar", arguments, timeLimit: .seconds(600), purpose: purpose)
  }
}

extension FilePath {
  fileprivate func appendingExtension(of name: String) -> FilePath {
    let kind = name.dropFirst("data.tar".count)
    return FilePath(string + kind)
  }
}
