import Glibc
import Model
import SystemPackage

/// One file that was taken out of a container (a package, a bootable image) in the cache or of the user's.
struct UnpackedMember {
  let request: SourceRequest
  /// Relative to the container's root.
  let member: String
  let container: CachedSource
  /// What shows the container's files, for a person to type.
  let listing: String

  /// Takes the unpacked file into the cache; nothing but a regular file with the wanted digest is taken.
  ///
  /// Throws ``Model/FactoryError``.
  func adopt(_ path: FilePath, into store: CacheStore) throws -> (sha256: String, size: Int64) {
    guard let file = try? OpenFile(path, O_RDONLY | O_NONBLOCK), let information = try? file.information(),
      information.st_mode & S_IFMT == S_IFREG, information.st_nlink == 1
    else {
      throw FactoryError(
        .fetchFailed,
        "cannot unpack \(request.name): '\(member.printable)' in '\(container.source)' is not a regular file",
        hint: "a link's target can be named itself; list it with: \(listing)")
    }
    let digest = try SourceDigest.sha256(file).hexadecimal
    if let wanted = request.sha256, wanted != digest {
      throw FactoryError(
        .fetchFailed,
        "cannot fetch \(request.name): '\(member.printable)' in '\(container.source)' has the wrong digest: "
          + "SHA-256 is \(digest), wanted \(wanted)")
    }
    try store.adopt(file, digest: digest)
    return (digest, Int64(information.st_size))
  }

  /// The error for a member that the container does not have.
  var missing: FactoryError {
    FactoryError(
      .fetchFailed, "cannot fetch \(request.name): there is no '\(member.printable)' in '\(container.source)'",
      hint: "list its files with: \(listing)")
  }
}
