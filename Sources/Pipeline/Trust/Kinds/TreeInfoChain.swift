import HostSystem
import Installers
import Model

/// A Fedora or Enterprise Linux tree: `.treeinfo` has the digests of kernel, initrd and `install.img` of one compose.
///
/// Nobody signs it: it is worth as much as the connection it came over, so it is believed over https and from this host only.
package struct TreeInfoChain: TrustChain {
  package static let name = "treeinfo"

  package init() {}

  package var canBePinned: Bool { false }

  package func ordered(_ mirrors: [String], _ request: TrustRequest) async throws -> [String] {
    try await ListedFiles(request, standard: ".treeinfo").ordered(mirrors)
  }

  package func installer(_ request: TrustRequest) async throws -> TrustedInstaller {
    let files = ListedFiles(request, standard: ".treeinfo")
    guard ProtectedConnection.covers(request.mirror) || isExplicit(request.source) else {
      throw FactoryError(
        .fetchFailed,
        "'\(SourceURL.shown(files.url))' is not signed and would come over an unprotected connection",
        hint:
          "use an https: mirror, or set 'kernel-sha256', 'initrd-sha256' and 'stage2-sha256' (or 'trust = none' to take what comes)",
        at: request.config.origins["mirror"] ?? request.config.origins["trust"])
    }
    let bytes = try await files.bytes()
    let tree = try TreeInfo(String(decoding: bytes, as: UTF8.self), name: SourceURL.shown(files.url))
    let trust =
      ProtectedConnection.covers(request.mirror)
      ? "\(files.path) over \(ProtectedConnection.name(request.mirror)); the release does not sign it"
      : "digest in the config"
    let listing = try files.listing(bytes, digests: tree.digests, trust: trust)
    let name = [tree.family, tree.version].filter { !$0.isEmpty }.joined(separator: " ").printable
    return try await files.installer(
      listing, reason: "the tree \(name.isEmpty ? "" : "of \(name) ")has all of its installer's files")
  }

  package func image(_ request: TrustRequest) async throws -> TrustedFile? {
    guard request.source.imagePath != nil else { return nil }
    throw FactoryError(
      .configInvalid, "'trust = treeinfo' knows no images, 'image-path' needs another chain",
      hint: "clear-signed, sha256sums-gpg or none", at: request.config.origins["image-path"])
  }

  /// Whether the config itself says what every file must be; the tree then only has to agree.
  private func isExplicit(_ source: InstallerSource) -> Bool {
    source.kernelSHA256 != nil && source.initrdSHA256 != nil && (source.stage2Path == nil || source.stage2SHA256 != nil)
  }
}

/// Whether what comes from a place is what its owner put there.
enum ProtectedConnection {
  /// https:, files of this host, and servers on it.
  static func covers(_ url: String) -> Bool { name(url) != "http" }

  /// For people.
  static func name(_ url: String) -> String {
    let lower = url.lowercased()
    if lower.hasPrefix("https:") { return "https" }
    guard lower.hasPrefix("http:") else { return "this host's files" }
    let authority = lower.dropFirst("http://".count).prefix { !"/?#".contains($0) }
    let host = authority.split(separator: "@").last ?? ""
    let isLoopback = ["127.0.0.1", "localhost", "[::1]"].contains { host == $0 || host.hasPrefix("\($0):") }
    return isLoopback ? "http from this host" : "http"
  }
}
