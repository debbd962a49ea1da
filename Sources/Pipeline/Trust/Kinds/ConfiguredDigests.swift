import HostSystem
import Model

/// No chain: the files are what the config says, or whatever comes, and that is said.
package struct ConfiguredDigests: TrustChain {
  package static let name = "none"

  package init() {}

  package var canBePinned: Bool { false }

  package func ordered(_ mirrors: [String], _ request: TrustRequest) async throws -> [String] {
    guard let path = request.source.kernelPath ?? request.source.imagePath else { return mirrors }
    return try await MirrorProbe(downloader: request.host.downloader(request.cacheFolder)).ordered(
      mirrors, having: path)
  }

  package func installer(_ request: TrustRequest) async throws -> TrustedInstaller {
    let source = request.source
    guard let kernel = source.kernelPath else { throw request.missing("kernel-path") }
    guard let initrd = source.initrdPath else { throw request.missing("initrd-path") }
    var findings: [Finding] = []
    func file(_ path: String, _ digest: String?, _ key: String) -> TrustedFile {
      if digest == nil {
        findings.append(
          .warning(
            "nothing says what '\(path)' of '\(request.config.name)' must be", hint: "set '\(key)-sha256', or 'trust'",
            at: request.config.origins["trust"]))
      }
      return TrustedFile(
        path: path, sha256: digest,
        trust: digest == nil ? "unverified: the config names no digest" : "digest in the config")
    }
    var result = TrustedInstaller(
      kernel: file(kernel, source.kernelSHA256, "kernel"), initrd: file(initrd, source.initrdSHA256, "initrd"),
      stage2: source.stage2Path.map { file($0, source.stage2SHA256, "stage2") },
      reason: "the mirror's, taken without a trust chain")
    result.findings = findings
    return result
  }

  package func image(_ request: TrustRequest) async throws -> TrustedFile? {
    guard let path = request.source.imagePath else { return nil }
    guard !path.contains("*") else {
      throw FactoryError(
        .configInvalid,
        "'image-path = \(path)' is a pattern, and without a trust chain there is no list to look it up in",
        hint: "write the whole name, or set 'trust'", at: request.config.origins["image-path"])
    }
    return TrustedFile(path: path, sha256: nil, trust: "unverified: the config names no digest")
  }
}
