import Model
import SystemPackage

/// A Debian archive: its signed Release file names the list of digests of the netboot images, and every installer component.
package struct DebianArchiveChain: TrustChain {
  package static let name = "debian-archive"

  package init() {}

  package var canBePinned: Bool { true }

  package func ordered(_ mirrors: [String], _ request: TrustRequest) async throws -> [String] {
    try await MirrorProbe(downloader: request.host.downloader(request.cacheFolder)).ordered(
      Mirrors(main: mirrors, security: nil), suite: request.config.answers.archive.suite
    ).main
  }

  package func installer(_ request: TrustRequest) async throws -> TrustedInstaller {
    let suite = request.source.installerSuite ?? request.config.answers.archive.suite
    let archive = try DebianArchive(
      mirror: request.mirror, suite: suite, source: request.source, host: request.host,
      cacheFolder: request.cacheFolder)
    let images = try await archive.netbootImages()
    try await archive.probe(images)
    func file(_ image: DebianArchive.Image) -> TrustedFile {
      TrustedFile(path: image.path, sha256: image.sha256, trust: "InRelease of \(suite)")
    }
    return TrustedInstaller(
      kernel: file(images.kernel), initrd: file(images.initrd),
      reason: "the mirror has all of \(images.components.count) installer components")
  }

  package func image(_ request: TrustRequest) async throws -> TrustedFile? { nil }
}
