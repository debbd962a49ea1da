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
    let drive = drive(image)
    let unpacked = UnpackedMember(
      request: request, member: member, container: image,
      listing: "xorriso -indev \(ShellWords.join([drive])) -find / -exec lsdl")
    let scratch = try ScratchFolder(under: store.scratch, prefix: "iso")
    defer { try? scratch.close() }
    let target = scratch.path.appending("member")
    // Only the named file is unpacked, so that no link in the image can lead it elsewhere; a link itself stays one.
    let command = Command(
      "xorriso",
      ["-abort_on", "FAILURE", "-osirrox", "on", "-indev", drive, "-extract", "/\(member)", target.string],
      timeLimit: .seconds(600), purpose: "take \(request.name) out of its image")
    let result = try await runner.run(command)
    guard result.succeeded else {
      func said(_ words: String) -> Bool { result.lastLines.contains { $0.contains(words) } }
      if said("No ISO 9660 image") {
        throw FactoryError(.fetchFailed, "cannot fetch \(request.name): '\(image.source)' is no ISO 9660 image")
      }
      if said("No such file or directory") { throw unpacked.missing }
      throw result.failure(of: command, status: .fetchFailed)
    }
    return try unpacked.adopt(target, into: store)
  }

  /// Said to be a file: xorriso takes a bare path below /dev (a cache in /dev/shm) for a burner, and refuses it.
  private func drive(_ image: CachedSource) -> String { "stdio:" + image.path.string }
}
