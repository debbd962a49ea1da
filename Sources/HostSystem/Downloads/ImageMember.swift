import Glibc
import Model
import SystemPackage

/// One file out of a bootable image (ISO 9660) in the cache or of the user's, without mounting it.
struct ImageMember {
  let store: CacheStore
  let runner: any CommandRunner
  let request: SourceRequest
  /// Relative to the image's root.
  let member: String

  /// Unpacks the member of `image` and takes it into the cache; nothing but a regular file is taken.
  ///
  /// Throws ``Model/FactoryError``.
  func take(from image: CachedSource) async throws -> (sha256: String, size: Int64) {
    let scratch = try ScratchFolder(under: store.scratch, prefix: "iso")
    defer { try? scratch.close() }
    let target = scratch.path.appending("member")
    // Only the named file is unpacked, so that no link in the image can lead it elsewhere; a link itself stays one.
    let command = Command(
      "xorriso",
      ["-abort_on", "FAILURE", "-osirrox", "on", "-indev", drive(image), "-extract", "/\(member)", target.string],
      timeLimit: .seconds(600), purpose: "take \(request.name) out of its image")
    let result = try await runner.run(command)
    guard result.succeeded else {
      func said(_ words: String) -> Bool { result.lastLines.contains { $0.contains(words) } }
      if said("No ISO 9660 image") {
        throw FactoryError(.fetchFailed, "cannot fetch \(request.name): '\(image.source)' is no ISO 9660 image")
      }
      if said("No such file or directory") { throw noMember(image) }
      throw result.failure(of: command, status: .fetchFailed)
    }
    return try adopt(target, image)
  }

  private func adopt(_ path: FilePath, _ image: CachedSource) throws -> (sha256: String, size: Int64) {
    guard let file = try? OpenFile(path, O_RDONLY | O_NONBLOCK), let information = try? file.information(),
      information.st_mode & S_IFMT == S_IFREG, information.st_nlink == 1
    else {
      throw FactoryError(
        .fetchFailed,
        "cannot unpack \(request.name): '\(member.printable)' in '\(image.source)' is not a regular file",
        hint: "a link's target can be named itself; list it with: \(listing(image))")
    }
    let digest = try FileDigest.sha256(file).hexadecimal
    if let wanted = request.sha256, wanted != digest {
      throw FactoryError(
        .fetchFailed,
        "cannot fetch \(request.name): '\(member.printable)' in '\(image.source)' has the wrong digest: "
          + "SHA-256 is \(digest), wanted \(wanted)")
    }
    try store.adopt(file, digest: digest)
    return (digest, Int64(information.st_size))
  }

  private func noMember(_ image: CachedSource) -> FactoryError {
    FactoryError(
      .fetchFailed, "cannot fetch \(request.name): there is no '\(member.printable)' in '\(image.source)'",
      hint: "list the image's files with: \(listing(image))")
  }

  private func listing(_ image: CachedSource) -> String {
    "xorriso -indev \(ShellWords.join([drive(image)])) -find / -exec lsdl"
  }

  /// Said to be a file: xorriso takes a bare path below /dev (a cache in /dev/shm) for a burner, and refuses it.
  private func drive(_ image: CachedSource) -> String { "stdio:" + image.path.string }
}
