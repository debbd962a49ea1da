import HostSystem
import Installers
import Model
import SystemPackage

/// The digests that one list on a mirror gives, and what they are worth.
struct Listing: Sendable {
  let url: String
  /// The list itself, as it was fetched.
  let bytes: [UInt8]
  /// By path below the folder of the list.
  let digests: [String: String]
  /// The same of SHA-512.
  let sha512: [String: String]
  /// The list's folder below the mirror's root, with a slash at its end unless empty.
  let folder: String
  /// For people: `CHECKSUMS, signed by 0123…`.
  let trust: String

  /// The file at `path` below the mirror's root, which may be a pattern; throws a `FactoryError` when it is not listed.
  func file(_ path: String) throws(FactoryError) -> TrustedFile {
    let wanted = path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path
    let names = Set(digests.keys).union(sha512.keys)
    guard let name = NewestMatch.find(wanted, in: names) else {
      throw FactoryError(
        .fetchFailed, "'\(path.printable)' is not listed in '\(SourceURL.shown(url))'",
        hint: "has the distribution renamed it? look into the list", details: Array(names.sorted().prefix(20)))
    }
    return TrustedFile(path: folder + name, sha256: digests[name], sha512: sha512[name], trust: trust)
  }
}

/// What the chains that start from a list of digests have in common.
struct ListedFiles: Sendable {
  let request: TrustRequest
  /// The list's path below the mirror's root.
  let path: String

  /// No list of digests is longer: openSUSE's has some thousand lines.
  static let limit = ByteSize.mebibytes(16)

  init(_ request: TrustRequest, standard: String) {
    self.request = request
    path = request.source.checksumsPath ?? standard
  }

  private var downloader: any Downloader { request.host.downloader(request.cacheFolder) }
  var url: String { "\(request.mirror)/\(path)" }

  /// The mirrors with those first that have the list; throws a `FactoryError` when none has.
  func ordered(_ mirrors: [String]) async throws -> [String] {
    try await MirrorProbe(downloader: downloader).ordered(mirrors, having: path)
  }

  func bytes(_ suffix: String = "") async throws -> [UInt8] {
    try await downloader.fetchSmall(url + suffix, limit: ListedFiles.limit)
  }

  func listing(
    _ bytes: [UInt8], digests: [String: String], sha512: [String: String] = [:], trust: String
  ) throws(FactoryError) -> Listing {
    guard !digests.isEmpty || !sha512.isEmpty else {
      throw FactoryError(.fetchFailed, "'\(SourceURL.shown(url))' lists no SHA-256 digest and no SHA-512 digest")
    }
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    return Listing(url: url, bytes: bytes, digests: digests, sha512: sha512, folder: folder, trust: trust)
  }

  /// Kernel, initrd and stage 2 as the list has them, all there on the mirror.
  func installer(_ listing: Listing, reason: String) async throws -> TrustedInstaller {
    let source = request.source
    guard let kernel = source.kernelPath else { throw request.missing("kernel-path") }
    guard let initrd = source.initrdPath else { throw request.missing("initrd-path") }
    var result = TrustedInstaller(
      kernel: try ExplicitDigest.agree(listing.file(kernel), source.kernelSHA256, "kernel", request),
      initrd: try ExplicitDigest.agree(listing.file(initrd), source.initrdSHA256, "initrd", request),
      stage2: try source.stage2Path.map {
        try ExplicitDigest.agree(listing.file($0), source.stage2SHA256, "stage2", request)
      }, reason: reason, listing: ListingPlan(url: listing.url, sha256: SourceDigest.sha256(listing.bytes)))
    let files = [result.kernel, result.initrd] + [result.stage2].compactMap(\.self)
    let sizes = try await probe(files.map(\.path))
    result.kernel.size = sizes[result.kernel.path]
    result.initrd.size = sizes[result.initrd.path]
    if let stage2 = result.stage2 { result.stage2?.size = sizes[stage2.path] }
    return result
  }

  /// The image that `image-path` means.
  func image(_ listing: Listing) async throws -> TrustedFile? {
    guard let path = request.source.imagePath else { return nil }
    var file = try listing.file(path)
    file.size = try await probe([file.path])[file.path]
    return file
  }

  /// What is listed has to be there: known in a second, not after the first gigabyte. Gives the sizes.
  private func probe(_ paths: [String]) async throws -> [String: ByteSize] {
    let (missing, sizes) = await MirrorProbe(downloader: downloader).look(paths, on: request.mirror)
    guard let first = missing.first else { return sizes }
    throw FactoryError(
      .fetchFailed, "'\(SourceURL.shown(request.mirror))' lists '\(first)' and does not have it",
      hint: "the mirror is incomplete or being changed: try another one, or later", details: missing)
  }
}

/// A digest in the config beside one in a list.
enum ExplicitDigest {
  /// The file, which must be what the config says where it says something; throws a `FactoryError` when the two differ.
  static func agree(
    _ file: TrustedFile, _ wanted: String?, _ what: String, _ request: TrustRequest
  ) throws(FactoryError) -> TrustedFile {
    guard let wanted, let listed = file.sha256, wanted != listed else { return file }
    throw FactoryError(
      .fetchFailed,
      "'\(what)-sha256' of '\(request.config.name)' is \(wanted), but the mirror's '\(file.path)' is \(listed)",
      hint: "the mirror has another \(what) than the config wants: change or remove '\(what)-sha256'",
      at: request.config.origins["\(what)-sha256"])
  }
}
